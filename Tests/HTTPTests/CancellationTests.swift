import Testing

@testable import HTTP

/// Who gives up waiting is let go at once, and so is the server.
@Suite(.timeLimit(.minutes(20)))
struct CancellationTests {
  /// Broken variant: the task returns at once, but the connection stays and the answer is read to its end.
  @Test func `cancelling closes the connection`() async throws {
    let hasArrived = Signal()
    let hasClosed = Signal()
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      hasArrived.fire()
      connection.waitForClose()
      hasClosed.fire()
    }
    let client = CurlClient()
    let url = server.url
    let task = Task { await client.failure(of: HTTPRequest(method: "POST", url: url)) }
    await hasArrived.wait()
    task.cancel()
    let error = await task.value
    #expect(error?.kind == .cancelled)
    #expect(error?.mayHaveBeenReceived == true)
    await hasClosed.wait()
    await client.shutdown()
  }

  @Test func `cancelling in the middle of a body closes the connection`() async throws {
    let hasBegun = Signal()
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc")
      hasBegun.fire()
      connection.waitForClose()
    }
    let client = CurlClient()
    let url = server.url
    let task = Task { await client.failure(of: HTTPRequest(method: "GET", url: url)) }
    await hasBegun.wait()
    task.cancel()
    #expect(await task.value?.kind == .cancelled)
    try await server.drain()
    await client.shutdown()
  }

  @Test func `a task cancelled before it sends puts nothing on the wire`() async throws {
    let server = try ScriptedServer { connection in try connection.readRequest() }
    let client = CurlClient()
    let url = server.url
    let isCancelled = Signal()
    let task = Task {
      await isCancelled.wait()
      return await client.failure(of: HTTPRequest(method: "POST", url: url))
    }
    task.cancel()
    isCancelled.fire()
    let error = await task.value
    #expect(error?.kind == .cancelled)
    #expect(error?.mayHaveBeenReceived == false)
    await client.shutdown()
    try await server.drain()
    #expect(server.requests.isEmpty)
  }

  /// Broken variant: the place of a cancelled request is never given to the next.
  @Test func `cancelling makes room for who waits for a connection`() async throws {
    let hasArrived = Signal()
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      hasArrived.fire()
      if connection.number == 0 { return connection.waitForClose() }
      try connection.answer()
    }
    let client = CurlClient(maximumConnectionsPerHost: 1)
    let url = server.url
    let first = Task { await client.failure(of: HTTPRequest(method: "GET", url: url)) }
    await hasArrived.wait()
    let second = Task { try await client.send(HTTPRequest(method: "GET", url: url)).status }
    let third = Task { await client.failure(of: HTTPRequest(method: "GET", url: url)) }
    third.cancel()
    #expect(await third.value?.mayHaveBeenReceived == false)
    first.cancel()
    #expect(try await second.value == 200)
    await client.shutdown()
  }

  /// Cancellations that race with sending and with the answer: each task ends, once, one way or the other.
  @Test func `cancelling at any moment is safe`() async throws {
    let server = try ScriptedServer { connection in
      while true {
        try connection.readRequest()
        try connection.answer(body: "x")
      }
    }
    let client = CurlClient(maximumConnectionsPerHost: 4)
    let url = server.url
    var kinds: [HTTPError.Kind?] = []
    for round in 0..<300 {
      let task = Task { await client.failure(of: HTTPRequest(method: "GET", url: url)) }
      for _ in 0..<(round % 50) { await Task.yield() }
      task.cancel()
      kinds.append(await task.value?.kind)
    }
    #expect(kinds.allSatisfy { $0 == nil || $0 == .cancelled })
    let response = try await client.send(HTTPRequest(method: "GET", url: url))
    #expect(response.status == 200)
    await client.shutdown()
  }

  @Test func `a shutdown ends what runs and refuses what comes`() async throws {
    let hasArrived = Signal()
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      hasArrived.fire()
      connection.waitForClose()
    }
    let client = CurlClient()
    let url = server.url
    let running = Task { await client.failure(of: HTTPRequest(method: "POST", url: url)) }
    await hasArrived.wait()
    await client.shutdown()
    let error = await running.value
    #expect(error?.kind == .cancelled)
    #expect(error?.mayHaveBeenReceived == true)
    let late = await client.failure(of: HTTPRequest(method: "POST", url: url))
    #expect(late?.kind == .cancelled)
    #expect(late?.mayHaveBeenReceived == false)
    // A second shutdown returns, too.
    await client.shutdown()
    try await server.drain()
    #expect(server.requests.count == 1)
  }

  /// Broken variant: the thread keeps the client alive, and each client leaks a thread and its connections.
  @Test func `a client that nobody holds closes its connections`() async throws {
    let hasClosed = Signal()
    let server = try ScriptedServer { connection in
      try connection.readRequest()
      try connection.answer()
      connection.waitForClose()
      hasClosed.fire()
    }
    _ = try await CurlClient().send(HTTPRequest(method: "GET", url: server.url))
    await hasClosed.wait()
  }
}
