import FoundationEssentials
import Glibc
import Testing

@testable import HTTP

/// Every wait ends, and the error says which one it was and whether the request may have been received.
@Suite(.timeLimit(.minutes(20)))
struct TimeoutTests {
  @Test func `an answer that does not come ends at the total limit`() async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      connection.waitForClose()
    }
    let client = CurlClient()
    let timeouts = HTTPTimeouts(total: .seconds(2))
    let error = await client.failure(
      of: HTTPRequest(method: "POST", url: server.url + "x?secret", timeouts: timeouts))
    #expect(error?.kind == .timeout)
    #expect(error?.mayHaveBeenReceived == true)
    #expect(error?.description == "POST \(server.url)x: no whole answer within 2.0 seconds")
    await client.shutdown()
  }

  /// Broken variant: a connection that answers nothing any more is used by each request that comes.
  @Test func `after one that took too long, requests have connections of their own`() async throws {
    let server = try ScriptedServer { connection in
      while true {
        let request = try connection.readRequest()
        if request.text == "hang" { connection.waitForClose() }
        try connection.answer(body: "ok")
      }
    }
    let client = CurlClient()
    func post(_ text: String, within total: Duration = .seconds(600)) async -> HTTPError? {
      await client.failure(
        of: HTTPRequest(
          method: "POST", url: server.url, body: Data(text.utf8),
          timeouts: HTTPTimeouts(connect: .seconds(600), total: total, stall: .seconds(600))))
    }
    for text in ["a", "b"] { #expect(await post(text) == nil) }
    #expect(Set(server.requests.map(\.connection)).count == 1)
    #expect(await post("hang", within: .seconds(2))?.kind == .timeout)
    for text in ["c", "d"] { #expect(await post(text) == nil) }
    let last = server.requests.suffix(2).map(\.connection)
    #expect(Set(last).count == 2 && !last.contains(server.requests[0].connection))
    await client.shutdown()
  }

  /// Broken variant: libcurl's own limit does not run while a transfer waits for a free connection.
  @Test func `the total limit counts the wait for a free connection`() async throws {
    let hasArrived = Signal()
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      hasArrived.fire()
      connection.waitForClose()
    }
    let client = CurlClient(maximumConnectionsPerHost: 1)
    let url = server.url
    let first = Task { await client.failure(of: HTTPRequest(method: "GET", url: url)) }
    await hasArrived.wait()
    let error = await client.failure(
      of: HTTPRequest(
        method: "POST", url: url, timeouts: HTTPTimeouts(total: .milliseconds(200))))
    #expect(error?.kind == .timeout)
    #expect(error?.mayHaveBeenReceived == false)
    first.cancel()
    #expect(await first.value?.kind == .cancelled)
    await client.shutdown()
  }

  /// A slow loris: bytes keep coming, too few of them to ever end.
  ///
  /// Broken variant: a limit on silence, which each byte starts anew.
  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "HTTP/1.1 200 OK\r\nX-Slow: ",
  ])
  func `a trickle ends at the stall limit`(beginning: String) async throws {
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.write(beginning)
      connection.drip("x", every: 100)
    }
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(
        method: "GET", url: server.url,
        timeouts: HTTPTimeouts(total: .seconds(600), stall: .seconds(1))))
    #expect(error?.kind == .timeout)
    #expect(error?.mayHaveBeenReceived == true)
    try await server.drain()
    await client.shutdown()
  }

  @Test func `a connection that is not accepted ends at the connection limit`() async throws {
    let (sockets, port) = try Loopback.deafPort()
    defer { for socket in sockets { close(socket) } }
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(
        method: "POST", url: "http://127.0.0.1:\(port)/",
        timeouts: HTTPTimeouts(connect: .milliseconds(200))))
    #expect(error?.kind == .connect)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
  }

  @Test func `a TLS handshake without an answer ends at the connection limit`() async throws {
    let server = try ScriptedServer { connection in connection.waitForClose() }
    let client = CurlClient()
    let error = await client.failure(
      of: HTTPRequest(
        method: "POST", url: "https://127.0.0.1:\(server.port)/",
        timeouts: HTTPTimeouts(connect: .milliseconds(200))))
    #expect(error?.kind == .connect)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
  }

  /// Broken variant: zero means "no limit" or "five minutes" to libcurl.
  @Test func `a limit of zero ends at once`() async throws {
    let (sockets, port) = try Loopback.deafPort()
    defer { for socket in sockets { close(socket) } }
    let client = CurlClient()
    for timeouts in [HTTPTimeouts(connect: .zero), HTTPTimeouts(total: .zero)] {
      let error = await client.failure(
        of: HTTPRequest(method: "GET", url: "http://127.0.0.1:\(port)/", timeouts: timeouts))
      #expect(error?.mayHaveBeenReceived == false)
    }
    await client.shutdown()
  }
}
