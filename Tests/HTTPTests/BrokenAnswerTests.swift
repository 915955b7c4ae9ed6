import Foundation
import Glibc
import Testing

@testable import HTTP

/// Half an answer, or none, or none that is HTTP, is an error and never a response.
@Suite(.timeLimit(.minutes(20)))
struct BrokenAnswerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: String
    var kind: HTTPError.Kind
    var resets = false

    init(_ name: String, _ bytes: String, _ kind: HTTPError.Kind, resets: Bool = false) {
      (testDescription, self.bytes, self.kind, self.resets) = (name, bytes, kind, resets)
    }
  }

  static let cases = [
    Case("closed without an answer", "", .reset),
    Case("reset without an answer", "", .reset, resets: true),
    Case("closed in the status line", "HTTP/1.1 2", .reset),
    Case("reset in the status line", "HTTP/1.1 2", .reset, resets: true),
    Case(
      "closed in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .reset),
    Case(
      "reset in the body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", .reset, resets: true),
    Case(
      "reset in a body without length", "HTTP/1.1 200 OK\r\n\r\nabc", .reset, resets: true),
    Case(
      "closed in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc", .reset),
    Case(
      "no chunk length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc",
      .malformedResponse),
    Case("not HTTP", "SSH-2.0-OpenSSH_9.2\r\nnothing for you here\r\n\r\n", .malformedResponse),
    Case("no number as status", "HTTP/1.1 abc\r\n\r\n", .malformedResponse),
    Case(
      "length is no number", "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nabc", .malformedResponse
    ),
    Case(
      "length is negative", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabc", .malformedResponse),
    Case(
      "encoding that nobody asked for",
      "HTTP/1.1 200 OK\r\nContent-Encoding: lzma\r\nContent-Length: 3\r\n\r\nabc",
      .malformedResponse),
    Case(
      "encoding that it is not",
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip....",
      .malformedResponse),
  ]

  @Test(arguments: cases) func `half an answer is an error`(_ broken: Case) async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.write(broken.bytes)
      // A reset throws away what the client has not read yet: it has to have read it before.
      if broken.resets {
        connection.waitUntilRead()
        connection.makeCloseAReset()
      }
    }
    let client = CurlClient()
    let error = await client.failure(of: HTTPRequest(method: "POST", url: server.url))
    #expect(error?.kind == broken.kind, "\(String(describing: error))")
    #expect(error?.mayHaveBeenReceived == true)
    #expect(server.requests.count == 1)
    await client.shutdown()
  }

  @Test func `a refused connection is surely not received`() async throws {
    let (socket, port) = try Loopback.closedPort()
    defer { close(socket) }
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(method: "POST", url: "http://127.0.0.1:\(port)/"))
    #expect(error?.kind == .connect)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
  }

  /// https://www.rfc-editor.org/rfc/rfc6761#section-6.4 : names under `.invalid` do not exist.
  @Test(
    .disabled(
      if: ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].contains {
        ProcessInfo.processInfo.environment[$0] != nil
      },
      "a proxy looks names up itself"))
  func `a host without an address is surely not received`() async throws {
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(method: "POST", url: "https://jira.invalid/"))
    #expect(error?.kind == .resolve)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
  }

  /// Broken variant: one bad answer leaves the client unusable.
  @Test func `the client goes on after a broken answer`() async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      if connection.number > 0 { try connection.answer(body: "fine") }
    }
    let client = CurlClient()
    let error = await client.failure(of: HTTPRequest(method: "POST", url: server.url))
    #expect(error?.kind == .reset)
    let response = try await client.send(HTTPRequest(method: "POST", url: server.url))
    #expect(response.body.count == 4)
    await client.shutdown()
  }
}
