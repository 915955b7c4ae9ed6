import FoundationEssentials
import Testing

@testable import HTTP

/// One `send` puts a request that changes something on the wire once.
///
/// Broken variant: libcurl left to itself writes the request again when a kept connection closes without an answer, and
/// two issues are made of one.
@Suite(.timeLimit(.minutes(20)))
struct SendOnceTests {
  /// Answers the first request; drops the connection at the second; answers on every later connection.
  private static func serverThatDropsTheSecond(resetting: Bool = false) throws -> ScriptedServer {
    try ScriptedServer { connection in
      try connection.readRequest()
      try connection.answer()
      try connection.readRequest()
      if connection.number == 0 {
        if resetting { connection.makeCloseAReset() }
        return
      }
      try connection.answer()
    }
  }

  struct Change: Sendable, CustomTestStringConvertible {
    var method: String
    var body: String?
    var resetting = false
    var testDescription: String {
      "\(method), \(body == nil ? "no body" : "a body"), \(resetting ? "reset" : "closed")"
    }
  }

  @Test(arguments: [
    Change(method: "POST", body: "{}"), Change(method: "POST", body: "{}", resetting: true),
    Change(method: "POST"), Change(method: "PUT", body: "{}"), Change(method: "PATCH", body: "{}"),
    Change(method: "DELETE"), Change(method: "GET", body: "{}"),
  ])
  func `a change is not written again when a kept connection closes`(_ change: Change) async throws
  {
    let server = try Self.serverThatDropsTheSecond(resetting: change.resetting)
    let client = CurlClient()
    _ = try await client.send(HTTPRequest(method: "GET", url: server.url))
    let error = await client.failure(
      of: HTTPRequest(
        method: change.method, url: server.url, body: change.body.map { Data($0.utf8) }))
    await client.shutdown()
    try await server.drain()
    #expect(server.requests.count == 2)
    // It did travel on the kept connection: otherwise this test would test nothing.
    #expect(server.requests.map(\.connection) == [0, 0])
    #expect(error?.kind == .reset)
    #expect(error?.mayHaveBeenReceived == true)
  }

  /// This also shows that libcurl does send again by itself, so that the test above is not vacuous.
  @Test func `a GET may be written again`() async throws {
    let server = try Self.serverThatDropsTheSecond()
    let client = CurlClient()
    _ = try await client.send(HTTPRequest(method: "GET", url: server.url))
    let response = try await client.send(HTTPRequest(method: "GET", url: server.url))
    #expect(response.status == 200)
    #expect(server.requests.map(\.connection) == [0, 0, 1])
    await client.shutdown()
  }

  @Test func `a request can have a connection of its own`() async throws {
    let server = try ScriptedServer { connection in
      while true {
        try connection.readRequest()
        try connection.answer()
      }
    }
    let client = CurlClient()
    for needsFreshConnection in [false, true, true] {
      _ = try await client.send(
        HTTPRequest(
          method: "POST", url: server.url, needsFreshConnection: needsFreshConnection))
    }
    #expect(server.requests.map(\.connection) == [0, 1, 2])
    await client.shutdown()
  }
}
