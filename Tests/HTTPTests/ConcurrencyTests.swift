import FoundationEssentials
import Testing

@testable import HTTP

/// Many tasks share a client.
@Suite(.timeLimit(.minutes(20)))
struct ConcurrencyTests {
  /// Broken variants: an answer goes to the wrong task; a request waits for ever for a free connection.
  @Test(arguments: [1, 8, 100])
  func `a hundred requests at once get each their own answer`(connections: Int) async throws {
    let server = try ScriptedServer { connection in
      while true {
        let request = try connection.readRequest()
        try connection.answer(body: "answer to \(request.text)")
      }
    }
    let client = CurlClient(maximumConnectionsPerHost: connections)
    let url = server.url
    let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for number in 0..<100 {
        group.addTask {
          let request = HTTPRequest(method: "POST", url: url, body: Data("\(number)".utf8))
          return (number, String(decoding: try await client.send(request).body, as: UTF8.self))
        }
      }
      var answers: [Int: String] = [:]
      for try await (number, answer) in group { answers[number] = answer }
      return answers
    }
    for number in 0..<100 { #expect(answers[number] == "answer to \(number)") }
    #expect(server.requests.count == 100)
    #expect(Set(server.requests.map(\.connection)).count <= connections)
    await client.shutdown()
  }

  /// Broken variant: requests that each want a connection of their own never get one, because idle ones take all places.
  @Test func `fresh connections replace idle ones`() async throws {
    let server = try ScriptedServer { connection in
      while true {
        try connection.readRequest()
        try connection.answer()
      }
    }
    let client = CurlClient(maximumConnectionsPerHost: 2)
    let url = server.url
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          _ = try await client.send(
            HTTPRequest(method: "POST", url: url, needsFreshConnection: true))
        }
      }
      try await group.waitForAll()
    }
    #expect(Set(server.requests.map(\.connection)).count == 20)
    await client.shutdown()
  }

  /// Broken variant: one slow server holds up all others.
  @Test func `a server that does not answer holds up nobody else`() async throws {
    let hasArrived = Signal()
    let slow = try ScriptedServer { connection in
      try connection.readRequest()
      hasArrived.fire()
      connection.waitForClose()
    }
    let quick = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.answer(body: "quick")
    }
    let client = CurlClient()
    let url = slow.url
    let waiting = Task { await client.failure(of: HTTPRequest(method: "GET", url: url)) }
    await hasArrived.wait()
    #expect(try await client.send(HTTPRequest(method: "GET", url: quick.url)).body.count == 5)
    waiting.cancel()
    #expect(await waiting.value?.kind == .cancelled)
    await client.shutdown()
  }
}
