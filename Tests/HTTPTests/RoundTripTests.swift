import FoundationEssentials
import Testing

@testable import HTTP

/// What is asked for goes over the wire as it is, and what comes back is what the server said.
@Suite(.timeLimit(.minutes(20)))
struct RoundTripTests {
  private static let headers = ["X-One: 1", "x-two:   spaced \t", "X-One: again"]

  private static func echo() throws -> ScriptedServer {
    try ScriptedServer { connection in
      while true {
        let request = try connection.readRequest()
        try connection.answer("201 Created", headers: headers, body: request.text)
      }
    }
  }

  @Test func `status, headers and body arrive`() async throws {
    let server = try Self.echo()
    let client = CurlClient()
    let response = try await client.send(
      HTTPRequest(
        method: "POST", url: server.url + "rest/api?a=b&c=%20",
        headers: [("Content-Type", "application/json"), ("X-Empty", "")],
        body: Data("{\"ü\":1}".utf8)))
    #expect(response.status == 201)
    #expect(response.headers.map(\.name) == ["Content-Length", "X-One", "x-two", "X-One"])
    #expect(response.header("X-TWO") == "spaced")
    #expect(String(decoding: response.body, as: UTF8.self) == "{\"ü\":1}")
    let request = try #require(server.requests.first)
    #expect(request.line == "POST /rest/api?a=b&c=%20 HTTP/1.1")
    #expect(request.header("Content-Type") == "application/json")
    #expect(request.header("X-Empty") == "")
    #expect(request.header("User-Agent") == "jira-sync")
    #expect(request.header("Accept-Encoding")?.contains("gzip") == true)
    await client.shutdown()
  }

  /// Broken variant: a body with zero bytes in it is cut at the first.
  @Test func `a body may hold any byte`() async throws {
    let server = try Self.echo()
    let client = CurlClient()
    let body = Data((0..<200_000).map { UInt8($0 % 251) })
    _ = try await client.send(HTTPRequest(method: "PUT", url: server.url, body: body))
    #expect(server.requests.first.map { Data($0.body) } == body)
    await client.shutdown()
  }

  /// Broken variants: libcurl declares a body to be a form, and waits a second for "100 Continue" before a large one.
  @Test func `libcurl adds no header that nobody asked for`() async throws {
    let server = try Self.echo()
    let client = CurlClient()
    let body = Data(repeating: 0x20, count: 3 * 1024 * 1024)
    _ = try await client.send(HTTPRequest(method: "POST", url: server.url, body: body))
    let request = try #require(server.requests.first)
    #expect(request.header("Content-Type") == nil)
    #expect(request.header("Expect") == nil)
    await client.shutdown()
  }

  @Test(arguments: ["GET", "DELETE", "OPTIONS", "PROPFIND"])
  func `without a body no length is sent`(method: String) async throws {
    let server = try Self.echo()
    let client = CurlClient()
    _ = try await client.send(HTTPRequest(method: method, url: server.url))
    let request = try #require(server.requests.first)
    #expect(request.method == method)
    #expect(request.header("Content-Length") == nil)
    await client.shutdown()
  }

  @Test(arguments: ["POST", "PUT", "PATCH"])
  func `a change without a body says that it has none`(method: String) async throws {
    let server = try Self.echo()
    let client = CurlClient()
    _ = try await client.send(HTTPRequest(method: method, url: server.url))
    let request = try #require(server.requests.first)
    #expect(request.method == method)
    #expect(request.header("Content-Length") == "0")
    await client.shutdown()
  }

  /// Broken variant: the client waits for the body that the length announces.
  @Test func `HEAD has an answer without a body`() async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
      connection.waitForClose()
    }
    let client = CurlClient()
    let response = try await client.send(HTTPRequest(method: "HEAD", url: server.url))
    #expect(response.header("content-length") == "5000")
    #expect(response.body.isEmpty)
    await client.shutdown()
  }

  @Test func `interim answers and trailers do not show`() async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.write("HTTP/1.1 103 Early Hints\r\nLink: </early>\r\n\r\n")
      try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Real: yes\r\n\r\n")
      try connection.write("3\r\nabc\r\n2\r\nde\r\n0\r\nX-Real: no\r\n\r\n")
      connection.waitForClose()
    }
    let client = CurlClient()
    let response = try await client.send(HTTPRequest(method: "GET", url: server.url))
    #expect(response.headers.map(\.name) == ["Transfer-Encoding", "X-Real"])
    #expect(response.header("X-Real") == "yes")
    #expect(String(decoding: response.body, as: UTF8.self) == "abcde")
    await client.shutdown()
  }

  @Test func `a body that ends with the connection is whole`() async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\n\r\nuntil the end")
    }
    let client = CurlClient()
    let response = try await client.send(HTTPRequest(method: "GET", url: server.url))
    #expect(String(decoding: response.body, as: UTF8.self) == "until the end")
    await client.shutdown()
  }

  @Test func `connections are kept and used again`() async throws {
    let server = try Self.echo()
    let client = CurlClient()
    for _ in 0..<5 { _ = try await client.send(HTTPRequest(method: "GET", url: server.url)) }
    #expect(server.requests.map(\.connection) == [0, 0, 0, 0, 0])
    await client.shutdown()
  }

  /// Broken variant: an answer that overtakes the body's upload is lost to a failed write.
  @Test func `a server may answer before it has read the body`() async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readSome()
      try connection.answer("413 Content Too Large", headers: ["Connection: close"])
      connection.waitForClose()
    }
    let client = CurlClient()
    let body = Data(repeating: 0x20, count: 20 * 1024 * 1024)
    let response = try await client.send(HTTPRequest(method: "POST", url: server.url, body: body))
    #expect(response.status == 413)
    await client.shutdown()
  }
}
