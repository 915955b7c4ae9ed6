import Locks
import Testing

@testable import HTTP

/// Certificates are verified, always.
@Suite(.timeLimit(.minutes(20)))
struct TLSTests {
  /// Broken variant: CURLOPT_SSL_VERIFYPEER off "for testing".
  @Test func `a certificate that nobody signed is refused before anything is sent`() async throws {
    let server = try await TLSServer.start(certificateFor: "IP:127.0.0.1")
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(
        method: "GET", url: "https://127.0.0.1:\(server.port)/",
        headers: [("Authorization", "Basic c2VzYW1l")]))
    #expect(error?.kind == .tls)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
  }

  @Test func `a certificate of a trusted authority is accepted, fresh connection or not`()
    async throws
  {
    let server = try await TLSServer.start(certificateFor: "IP:127.0.0.1")
    let client = CurlClient(certificateFile: server.certificate)
    for needsFreshConnection in [false, true, true] {
      let response = try await client.send(
        HTTPRequest(
          method: "GET", url: "https://127.0.0.1:\(server.port)/",
          needsFreshConnection: needsFreshConnection))
      #expect(response.status == 200)
    }
    await client.shutdown()
  }

  /// Broken variant: CURLOPT_SSL_VERIFYHOST off; anybody with a certificate of the same authority is the server.
  @Test func `a trusted certificate of another host is refused`() async throws {
    let server = try await TLSServer.start(certificateFor: "DNS:somebody-else.example")
    let client = CurlClient(certificateFile: server.certificate)
    let error = await client.failure(
      of: HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
    #expect(error?.kind == .tls)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
  }

  @Test func `a certificate file that does not exist is an error, not an absence of checks`()
    async throws
  {
    let server = try await TLSServer.start(certificateFor: "IP:127.0.0.1")
    let client = CurlClient(certificateFile: "/does/not/exist.pem")
    let error = await client.failure(
      of: HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
    #expect(error?.kind == .tls)
    await client.shutdown()
  }

  @Test func `a server without TLS is surely not reached`() async throws {
    let server = try ScriptedServer { connection in
      _ = try connection.readSome()
      try connection.answer()
    }
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(method: "POST", url: "https://127.0.0.1:\(server.port)/"))
    #expect(error?.kind == .tls)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
  }

  /// The first message of a handshake names the protocols on offer.
  ///
  /// https://www.rfc-editor.org/rfc/rfc7301#section-3.1 : each name has its length before it.
  @Test func `HTTP/2 is offered`() async throws {
    let offers = Lock<[UInt8]>([])
    let server = try ScriptedServer { connection in
      let hello = try connection.readSome()
      offers.withLock { $0 = hello }
    }
    let client = CurlClient()
    _ = await client.failure(
      of: HTTPRequest(method: "GET", url: "https://127.0.0.1:\(server.port)/"))
    try await server.drain()
    let hello = offers.withLock { $0 }
    let wanted = Array("\u{2}h2\u{8}http/1.1".utf8)
    #expect(hello.indices.contains { hello[$0...].starts(with: wanted) })
    await client.shutdown()
  }
}
