/// What sends requests; `CurlClient` outside tests.
public protocol HTTPTransport: Sendable {
  /// Sends one request, once, and returns its answer whatever its status.
  ///
  /// - Parameter request: what to send.
  /// - Returns: the answer.
  /// - Throws: `HTTPError` where no whole answer came.
  func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse
}
