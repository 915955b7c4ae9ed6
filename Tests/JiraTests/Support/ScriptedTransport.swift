import Foundation
import HTTP
import JSON
import Synchronization

/// Answers requests from a list, in order, and keeps what it was asked.
///
/// A request beyond the list's end is an error, so that a call too many cannot go unseen.
final class ScriptedTransport: HTTPTransport {
  enum Step: Sendable {
    case answer(Int, headers: [String: String], body: String)
    case failure(HTTPError.Kind, mayHaveBeenReceived: Bool)
  }

  private struct State {
    var steps: [Step]
    var requests: [HTTPRequest] = []
  }

  private let state: Mutex<State>

  init(_ steps: [Step]) { state = Mutex(State(steps: steps)) }

  var requests: [HTTPRequest] { state.withLock { $0.requests } }

  var unusedSteps: Int { state.withLock { $0.steps.count } }

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    let step: Step? = state.withLock {
      $0.requests.append(request)
      return $0.steps.isEmpty ? nil : $0.steps.removeFirst()
    }
    switch step {
    case .answer(let status, let headers, let body):
      return HTTPResponse(
        status: status, headers: headers.map { (name: $0.key, value: $0.value) },
        body: Data(body.utf8))
    case .failure(let kind, let received):
      throw HTTPError(
        kind: kind, request: "scripted", detail: "scripted \(kind)", mayHaveBeenReceived: received)
    case nil:
      throw HTTPError(
        kind: .other, request: "scripted", detail: "the script is over", mayHaveBeenReceived: false)
    }
  }
}

extension ScriptedTransport.Step {
  static func json(_ body: String) -> Self { json(200, body) }

  static func json(_ status: Int, _ body: String) -> Self {
    .answer(status, headers: ["Content-Type": "application/json"], body: body)
  }

  static func empty(_ status: Int = 204) -> Self { .answer(status, headers: [:], body: "") }
}

extension HTTPRequest {
  /// Path and query of a request to the test site.
  var target: String { String(url.dropFirst(testSite.count)) }

  var json: JSON {
    get throws { try JSON(parsing: body ?? Data()) }
  }

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
