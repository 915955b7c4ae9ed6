import FoundationEssentials
import Testing

@testable import HTTP

/// What a caller passes as a verb or a header cannot become anything else on the wire.
@Suite(.timeLimit(.minutes(20)))
struct InjectionTests {
  @Test(arguments: [
    ("X-A", "1\r\nX-B: 2"), ("X-A", "1\nX-B: 2"), ("X-A", "1\r"), ("X-A", "1\u{0}2"),
    ("X-A\r\nX-B", "1"), ("X-A: 1\r\nX-B", "1"), ("X A", "1"), ("X-A:", "1"), ("", "1"),
    ("X-Ä", "1"),
    ("Content-Length", "3"), ("transfer-encoding", "chunked"), ("X-A", "\u{7F}"),
  ])
  func `a header that would be two is refused`(name: String, value: String) async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.answer()
    }
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(method: "GET", url: server.url, headers: [(name, value)]))
    #expect(error?.kind == .refusedRequest)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
    try await server.drain()
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [
    "", "GET / HTTP/1.1\r\nX: y\r\n\r\nGET", "G ET", "GET\u{0}", "CONNECT", "TRACE",
  ])
  func `a verb that is none is refused`(method: String) async throws {
    let client = CurlClient()
    let error = await client.failure(of: HTTPRequest(method: method, url: "http://127.0.0.1:9/"))
    #expect(error?.kind == .refusedRequest)
    await client.shutdown()
  }

  @Test func `HEAD with a body is refused`() {
    #expect(HTTPRequest(method: "HEAD", url: "", body: Data()).flaw == "HEAD has no body")
  }

  /// Broken variant: the refusal quotes the value, and the log then holds a token.
  @Test func `a refusal does not show the value`() async {
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(
        method: "GET", url: "https://example.com", headers: [("Authorization", "Bearer sesame\n")]))
    #expect(error.map { "\($0)".contains("sesame") } == false)
    #expect(error?.detail.contains("Authorization") == true)
    await client.shutdown()
  }

  @Test func `values may hold tabs, UTF-8 and nothing`() {
    let request = HTTPRequest(
      method: "GET", url: "", headers: [("X-A", "a\tb"), ("X-B", "ü"), ("X-C", "")])
    #expect(request.flaw == nil)
    #expect(request.headerLines.prefix(3) == ["X-A: a\tb", "X-B: ü", "X-C;"])
  }
}
