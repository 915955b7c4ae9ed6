import FoundationEssentials
import Testing

@testable import HTTP

/// No server can make the client keep more than was allowed, whatever it sends and however it is packed.
@Suite(.timeLimit(.minutes(20)))
struct BoundTests {
  /// 64 KiB of zeros, gzip.
  private static let zeros64K = """
    H4sIAAAAAAACA+3BAQEAAACAkP6v7ggKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    AAAAAAAAAAAAAAAAAAAAAAAAauuOl9cAAAEA
    """
  /// 64 MiB of zeros, gzip twice: 269 bytes.
  private static let bomb = """
    H4sIAAAAAAACA+3cr05CcRTA8YtcNyYbYiAZ5BGIFAYazAbNjgcgkmVzJgsvQWZjc7PSeAO02f0TnDM5L9z7GL/z+aST
    Tzw7+549NrLSQf1jXavth9n8f/nVOMoAAACAxM1e7+vlMSDrFtvLqxsAAAAgdePjVl4dBf5uT8+tAwAAAJL3MOi3qw+B
    77tJbh0AAACQvM7v26i6BWyKp5Nr+wAAAIDkvQgGAAAAQCiCAQAAABCLYAAAAADEIhgAAAAAwQgGAAAAQCyCAQAAABCL
    YAAAAADEIhgAAAAAwQgGAAAAQCyCAQAAABDLYtDvlo8B7Z9iOrw4zAAAAIjkufnZe1/th3wHPEzs+uL+AAA=
    """
  private static let gzippedText = "H4sIAAAAAAACA8tIzcnJ11FIzs8tKEotLk5NUSjPL8pJAQAInjQ1FwAAAA=="
  private static let deflatedText = "eNrLSM3JyddRSM7PLShKLS5OTVEozy/KSQEAaLII3g=="

  private static func server(_ encoding: String, _ base64: String) throws -> ScriptedServer {
    let body = try #require(Data(base64Encoded: base64.filter { !$0.isWhitespace }))
    return try ScriptedServer { connection in
      while true {
        try connection.readRequest()
        let lines = ["Content-Encoding: \(encoding)", "Content-Length: \(body.count)"]
        try connection.write("HTTP/1.1 200 OK\r\n\(lines.joined(separator: "\r\n"))\r\n\r\n")
        try connection.write(Array(body))
      }
    }
  }

  @Test(arguments: [("gzip", gzippedText), ("deflate", deflatedText)])
  func `compression is undone`(encoding: String, base64: String) async throws {
    let server = try Self.server(encoding, base64)
    let client = CurlClient()
    let response = try await client.send(HTTPRequest(method: "GET", url: server.url))
    #expect(String(decoding: response.body, as: UTF8.self) == "hello, compressed world")
    await client.shutdown()
  }

  @Test func `a body of just the bound is taken, one byte more is not`() async throws {
    let server = try Self.server("gzip", Self.zeros64K)
    let client = CurlClient()
    var request = HTTPRequest(method: "GET", url: server.url, maximumResponseBytes: 65_536)
    #expect(try await client.send(request).body == Data(count: 65_536))
    request.maximumResponseBytes = 65_535
    let error = await client.failure(of: request)
    #expect(error?.kind == .tooLarge)
    #expect(error?.mayHaveBeenReceived == true)
    #expect(error?.detail == "the answer's body is larger than 65535 bytes")
    await client.shutdown()
  }

  /// Broken variant: the bound counts bytes on the wire, 269 of them.
  @Test func `a decompression bomb ends at the bound`() async throws {
    let server = try Self.server("gzip, gzip", Self.bomb)
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(method: "GET", url: server.url, maximumResponseBytes: 1_000_000))
    #expect(error?.kind == .tooLarge)
    await client.shutdown()
  }

  /// Each of these is sent until the client hangs up, which the server waits for.
  @Test(arguments: [
    ("a body", "HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxxxxxxxxxx"),
    (
      "chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "10\r\nxxxxxxxxxxxxxxxx\r\n"
    ),
    ("headers", "HTTP/1.1 200 OK\r\n", "X-More: and more\r\n"),
    ("one header", "HTTP/1.1 200 OK\r\nX-Long: ", "xxxxxxxxxxxxxxxx"),
    ("interim answers", "", "HTTP/1.1 100 Continue\r\nX-More: and more\r\n\r\n"),
    (
      "trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
      "X-More: and more\r\n"
    ),
    ("a status line", "HTTP/1.1 200 ", "xxxxxxxxxxxxxxxx"),
  ])
  func `what has no end is ended`(what: String, beginning: String, more: String) async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.write(beginning)
      let piece = String(repeating: more, count: 1000)
      while true { try connection.write(piece) }
    }
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(method: "GET", url: server.url, maximumResponseBytes: 1_000_000))
    #expect(error?.kind == .tooLarge, "\(String(describing: error))")
    try await server.drain()
    await client.shutdown()
  }
}
