import Foundation
import Glibc
import HTTP
import JSON

/// The real client, which kills its own process at one step of a creation, or makes a mistake that a client could make.
struct CreationTransport: HTTPTransport {
  let client: CurlClient
  let variant: CreationVariant
  /// Where the process ends; nil for nowhere.
  let step: CreationStep?
  /// Milliseconds after the POST left.
  let delay: Int
  /// Is made when the answer to a creation has come; then a short time passes before the worker gets it.
  let signal: String?

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    guard request.method == "POST",
      request.url.hasSuffix("/issue") || request.url.hasSuffix("/issue/bulk")
    else { return try await client.send(request) }
    let request = variant == .noMarker ? unmarked(request) : request
    if step == .afterIntent { die() }
    if step == .afterPostLeft {
      let delay = delay
      Thread.detachNewThread {
        usleep(UInt32(delay) * 1_000)
        die()
      }
    }
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await client.send(request)
    } catch {
      guard variant == .retryingPost else { throw error }
      response = try await client.send(request)
    }
    if step == .afterAnswer { die() }
    if let signal {
      _ = FileManager.default.createFile(atPath: signal, contents: nil)
      usleep(60_000)
    }
    return response
  }

  /// The same creation without anything to find it by.
  private func unmarked(_ request: HTTPRequest) -> HTTPRequest {
    // What has no body, or none of JSON, makes no issue and has no mark.
    guard let body = request.body, var json = try? JSON(parsing: body) else { return request }
    if let updates = json["issueUpdates"]?.array {
      json["issueUpdates"] = .array(updates.map(unmarked))
    } else {
      json = unmarked(json)
    }
    return HTTPRequest(
      method: request.method, url: request.url, headers: request.headers, body: json.data,
      timeouts: request.timeouts, needsFreshConnection: request.needsFreshConnection)
  }

  private func unmarked(_ draft: JSON) -> JSON {
    var draft = draft.object ?? [:]
    draft["properties"] = nil
    var fields = draft["fields"]?.object ?? [:]
    fields["labels"] = nil
    draft["fields"] = .object(fields)
    return .object(draft)
  }
}

/// Ends this process as a crash does: nothing is said, nothing given back.
private func die() {
  kill(getpid(), SIGKILL)
}
