import HTTP

/// The real client, with something to happen around each request: a crash, a lost lease, somebody's edit.
struct HookedTransport: HTTPTransport {
  /// What happens around a request.
  struct Hooks: Sendable {
    /// Before it leaves.
    var before: @Sendable (HTTPRequest) async -> Void = { _ in }
    /// When the answer has come, before anybody sees it.
    var after: @Sendable (HTTPRequest) async -> Void = { _ in }
    /// Whether a request that got no answer is sent again: what no client may do, for showing that it is noticed.
    var sendsAgain = false
  }

  let client: CurlClient
  let hooks: Hooks

  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    await hooks.before(request)
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await client.send(request)
    } catch {
      guard hooks.sendsAgain else { throw error }
      response = try await client.send(request)
    }
    await hooks.after(request)
    return response
  }
}

extension HTTPRequest {
  /// Whether it makes issues.
  var makesIssues: Bool {
    method == "POST" && (url.hasSuffix("/issue") || url.hasSuffix("/issue/bulk"))
  }
}
