import Testing

@testable import HTTP

/// Only addresses to which credentials may go are ever contacted.
@Suite(.timeLimit(.minutes(20)))
struct AddressTests {
  @Test(arguments: [
    "https://example.atlassian.net/rest/api/3/issue", "https://example.com:8443/",
    "HTTPS://EXAMPLE.com",
    "http://127.0.0.1:8080/x", "http://127.255.255.254/", "http://localhost:1/",
    "http://LOCALHOST/",
    "http://[::1]:9/", "http://127.1/", "http://0x7f.0.0.1/",
  ])
  func `https anywhere and http on this machine are accepted`(url: String) throws {
    _ = try HTTPTarget(url)
  }

  /// Broken variants: a check by prefix takes `127.0.0.1.example.com` and `localhost.example.com` for this machine.
  @Test(arguments: [
    "http://example.com/", "http://127.0.0.1.example.com/", "http://localhost.example.com/",
    "http://localhost@example.com/", "http://128.0.0.1/", "http://0.0.0.0/", "http://127.0.0.256/",
    "http://[::2]/", "http://[::ffff:10.0.0.1]/",
    "http://2130706434.example.com/", "http://x.127.0.0.1/",
  ])
  func `plain http to another machine is refused`(url: String) async throws {
    #expect(throws: HTTPTarget.Refusal.self) { try HTTPTarget(url) }
  }

  @Test(arguments: [
    "", "example.com", "/path", "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/",
    "https://",
    "https:///path", "https:/example.com/", "https:example.com", "https://\\example.com/",
    "https://user:password@example.com/", "http://user@127.0.0.1/", "https://a b/",
    "https://example.com/a b", "https://example.com/\r\nX: y", "https://example.com/\u{0}",
    "https://exämple.com/",
    "https://example.com:99999/", "javascript:alert(1)",
  ])
  func `what is not a plain address is refused`(url: String) throws {
    #expect(throws: HTTPTarget.Refusal.self) { try HTTPTarget(url) }
  }

  @Test func `a refusal is an error in which nothing was sent and nothing is shown`() async throws {
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(method: "GET", url: "https://anna:sesame@example.com/?token=sesame"))
    #expect(error?.kind == .refusedAddress)
    #expect(error?.mayHaveBeenReceived == false)
    #expect(error.map { "\($0)".contains("sesame") } == false)
    await client.shutdown()
  }

  /// Broken variant: with redirects followed, the second server sees the request, with the Authorization header where the
  /// host is the same and only the port differs.
  @Test(arguments: [301, 302, 303, 307, 308])
  func `a redirect is an answer and is not followed`(status: Int) async throws {
    let other = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.answer()
    }
    let location = other.url
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.answer("\(status) Elsewhere", headers: ["Location: \(location)"])
    }
    let client = CurlClient()
    let response = try await client.send(
      HTTPRequest(
        method: "GET", url: server.url, headers: [("Authorization", "Basic c2VzYW1l")]))
    #expect(response.status == status)
    #expect(response.header("location") == location)
    #expect(server.requests.first?.header("Authorization") == "Basic c2VzYW1l")
    await client.shutdown()
    try await other.drain()
    #expect(other.requests.isEmpty)
  }

  /// Slack's webhook addresses are credentials.
  @Test func `a path that is a secret does not show in errors`() async throws {
    let server = try ScriptedServer { connection in try connection.readRequest() }
    let client = CurlClient()
    for hidesPath in [true, false] {
      let error = await client.failure(
        of: HTTPRequest(method: "POST", url: server.url + "T0/sesame", hidesPath: hidesPath))
      #expect(error?.request == "POST \(server.url)" + (hidesPath ? "…" : "T0/sesame"))
    }
    await client.shutdown()
  }
}
