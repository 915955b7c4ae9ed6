import Foundation
import HTTP
import TestSupport

/// The real client, with something to happen around each request: a crash, a lost lease, another user's edit.
struct HookedTransport: HTTPTransport {
  /// What happens around a request.
  struct Hooks: Sendable {
    /// Before it leaves.
    var before: @Sendable (HTTPRequest) async -> Void = { _ in }
    /// When the answer has come, before anybody sees it.
    var after: @Sendable (HTTPRequest) async -> Void = { _ in }
    /// Whether a request that got no answer is sent again: what no client may do, for showing that it is noticed.
    var sendsAgain = false
    /// Whether requests are on their way already when `before` is called: they arrive, whatever becomes of the worker meanwhile.
    var isUnderWay = false
    /// What JIRA answers to each request of this worker, as to one whose token has expired.
    var refuses: Int?
    /// When that begins; nil for at once.
    var refusesAfter: Once?
    /// When this worker's connection to JIRA breaks, and nobody else's.
    var isUnplugged: Once?
    /// JIRA's clock, in milliseconds since 1970, where it is not this machine's: the header `Date` says it.
    var now: (@Sendable () -> Int64)?
  }

  let client: CurlClient
  let hooks: Hooks

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    guard hooks.isUnderWay else { return try await perform(request) }
    // A task that nobody can cancel.
    return try await Task { () async -> Result<HTTPResponse, HTTPError> in
      do throws(HTTPError) {
        return .success(try await perform(request))
      } catch {
        return .failure(error)
      }
    }.value.get()
  }

  private func perform(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    await hooks.before(request)
    if hooks.isUnplugged?.hasHappened == true {
      throw HTTPError(
        kind: .connect, request: request.method, detail: "unplugged", mayHaveBeenReceived: false)
    }
    if let status = hooks.refuses, hooks.refusesAfter?.hasHappened ?? true {
      return HTTPResponse(status: status, headers: [], body: .init())
    }
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await client.send(request)
    } catch {
      guard hooks.sendsAgain else { throw error }
      response = try await client.send(request)
    }
    await hooks.after(request)
    guard let now = hooks.now else { return response }
    var dated = response
    dated.headers.removeAll { $0.name.lowercased() == "date" }
    dated.headers.append((name: "Date", value: Self.date(now())))
    return dated
  }
}

extension HookedTransport {
  /// A time as a header says it: RFC 9110, 5.6.7.
  fileprivate static func date(_ milliseconds: Int64) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = .gmt
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1_000))
  }
}

extension HTTPRequest {
  /// Whether it makes issues.
  var makesIssues: Bool {
    method == "POST" && (url.hasSuffix("/issue") || url.hasSuffix("/issue/bulk"))
  }
}
