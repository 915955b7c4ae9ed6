import HTTP

extension HTTPTransport {
  /// The error of a request, or nil where it has an answer.
  func failure(of request: HTTPRequest) async -> HTTPError? {
    do throws(HTTPError) {
      _ = try await send(request)
      return nil
    } catch {
      return error
    }
  }
}
