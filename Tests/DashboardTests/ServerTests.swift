import Logging
import Postgres
import Testing

@testable import Dashboard
@testable import JobQueue

/// The server over a real socket: what it answers, what it refuses, and whom it does not wait for.
@Suite(.timeLimit(.minutes(20)))
struct ServerTests {
  /// Serves a worker that is well, and a database that nobody listens for.
  private func serving(
    host: String = "127.0.0.1", _ body: (Website) async throws -> Void
  ) async throws {
    let vitals = WorkerVitals()
    vitals.entered(.working)
    vitals.turned(to: "waiting")
    vitals.answered(on: \.heartbeat)
    let source = SnapshotSource(
      try PostgresConfiguration(conninfo: "postgresql://nobody@127.0.0.1:1/none"),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let dashboard = Dashboard(
      subject: Dashboard.Subject(
        name: "host:1", version: "1.2.3", vitals: vitals, closedReason: { nil }),
      metrics: ProcessMetrics(), source: source)
    let server = try await DashboardServer.start(host: host, port: 0, dashboard: dashboard)
    let port = server.url.dropLast().split(separator: ":").last.flatMap { UInt16($0) }
    do {
      try await body(Website(port: try #require(port)))
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
    await source.close()
  }

  @Test
  func `each path answers with its type, and with headers that let a browser do nothing but show`()
    async throws
  {
    try await serving { site in
      for (path, type) in [
        ("/healthz", "text/plain; charset=utf-8"), ("/readyz", "application/json; charset=utf-8"),
        ("/metrics", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        ("/", "text/html; charset=utf-8"), ("/?refresh=off", "text/html; charset=utf-8"),
      ] {
        let answer = try await site.ask("GET", path)
        #expect(answer.status == 200, "\(path)")
        #expect(answer.headers["content-type"] == type)
        #expect(answer.headers["content-length"] == "\(answer.body.utf8.count)")
        #expect(answer.headers["x-content-type-options"] == "nosniff")
        #expect(answer.headers["x-frame-options"] == "DENY")
        #expect(answer.headers["referrer-policy"] == "no-referrer")
        #expect(answer.headers["cache-control"] == "no-store")
        let policy = try #require(answer.headers["content-security-policy"])
        #expect(policy.hasPrefix("default-src 'none'"))
        #expect(policy.contains("frame-ancestors 'none'"))
        #expect(!policy.contains("unsafe"))
      }
    }
  }

  @Test
  func `the page's style sheet is named by a mark that is new each time`() async throws {
    try await serving { site in
      var nonces: Set<String> = []
      for _ in 0..<2 {
        let answer = try await site.ask("GET", "/")
        let policy = try #require(answer.headers["content-security-policy"])
        let nonce = try #require(policy.split(separator: "'nonce-").last?.prefix(32))
        #expect(answer.body.contains("<style nonce=\"\(nonce)\">"))
        nonces.insert(String(nonce))
      }
      #expect(nonces.count == 2)
    }
  }

  @Test
  func `HEAD is GET without the body; other methods are 405, other paths 404`() async throws {
    try await serving { site in
      let whole = try await site.ask("GET", "/healthz")
      let head = try await site.ask("HEAD", "/healthz")
      #expect(head.status == 200)
      #expect(head.headers["content-length"] == "\(whole.body.utf8.count)")
      #expect(head.body.isEmpty)
      for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        let answer = try await site.ask(method, "/healthz")
        #expect(answer.status == 405, "\(method)")
        #expect(answer.headers["allow"] == "GET, HEAD")
      }
      for path in ["/nothing", "/healthz/", "//", "/../etc/passwd", "/metrics%00", "/favicon.ico"] {
        #expect(try await site.ask("GET", path).status == 404, "\(path)")
      }
    }
  }

  @Test
  func `a name that is not this machine's is refused, as a rebound name would send it`()
    async throws
  {
    try await serving { site in
      for path in ["/", "/metrics", "/healthz"] {
        let answer = try await site.ask("GET", path, host: "evil.example")
        #expect(answer.status == 421)
        #expect(!answer.body.contains("jira_sync"))
      }
      #expect(try await site.ask("GET", "/healthz", host: "localhost:9999").status == 200)
      #expect(try await site.send("GET /healthz HTTP/1.1\r\n\r\n").status == 400)
      #expect(try await site.send("GET /healthz HTTP/1.0\r\n\r\n").status == 200)
    }
  }

  @Test
  func `behind an address that others can reach, any name is answered`() async throws {
    try await serving(host: "0.0.0.0") { site in
      // Whoever comes by loopback is still asked for the name: that is how a browser of this machine comes.
      let stranger = try await site.ask("GET", "/healthz", host: "evil.example")
      #expect(stranger.status == 421)
      #expect(try await site.ask("GET", "/healthz").status == 200)
    }
  }

  @Test
  func `too much is refused, and what is no HTTP`() async throws {
    try await serving { site in
      let long = String(repeating: "x", count: 20_000)
      for request in [
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: \(long)\r\n\r\n", "nonsense\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
      ] {
        let answer = try await site.send(request)
        #expect(answer.status == 400)
      }
      let body = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n\(long)"
      #expect(try await site.send(body).status == 413)
      // And it is still there.
      #expect(try await site.ask("GET", "/healthz").status == 200)
    }
  }

  @Test
  func `a client that sends a byte a second is hung up on, and meanwhile keeps nobody waiting`()
    async throws
  {
    try await serving { site in
      let start = ContinuousClock.now
      let slow = Task {
        try await site.send(
          "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: \(String(repeating: "x", count: 60))",
          trickle: .seconds(1))
      }
      for _ in 0..<5 {
        let answer = try await site.ask("GET", "/healthz")
        #expect(answer.status == 200)
      }
      await #expect(throws: Website.NoAnswer.self) { try await slow.value }
      #expect(ContinuousClock.now - start < .seconds(45))
    }
  }

  @Test
  func `a crowd that says nothing leaves the server standing`() async throws {
    try await serving { site in
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<200 {
          group.addTask { _ = try? await site.ask("GET", "/healthz") }
        }
      }
      let answer = try await site.ask("GET", "/healthz")
      #expect(answer.status == 200)
    }
  }

  @Test
  func `a port that is taken is said to be, and so is an address that is not ours`() async throws {
    try await serving { site in
      let error = await #expect(throws: DashboardBindError.self) {
        try await serveAndStop(port: site.port)
      }
      #expect(error?.isTaken == true)
      #expect(error?.description.contains("another program listens there") == true)
    }
    let error = await #expect(throws: DashboardBindError.self) {
      try await serving(host: "192.0.2.1") { _ in }
    }
    #expect(error?.isTaken == false)
    #expect(error?.description.contains("no interface of this machine") == true)
  }

  private func serveAndStop(port: UInt16) async throws {
    let source = SnapshotSource(
      try PostgresConfiguration(conninfo: "postgresql://nobody@127.0.0.1:1/none"),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let dashboard = Dashboard(
      subject: Dashboard.Subject(
        name: "host:1", version: "1.2.3", vitals: WorkerVitals(), closedReason: { nil }),
      metrics: ProcessMetrics(), source: source)
    let server = try await DashboardServer.start(
      host: "127.0.0.1", port: Int(port), dashboard: dashboard)
    await server.stop()
  }

  /// Caught: one gate for everybody, in which idle clients keep the probes out.
  @Test(arguments: ["", "GET / HT", "GET / HTTP/1.1\r\nHost: x\r\n"])
  func `connections that say nothing, and half of a request, keep no probe out`(text: String)
    async throws
  {
    try await serving { site in
      var idle: [IdleConnection] = []
      for _ in 0..<3 {
        // More than one client may have, and again for those that were closed.
        for _ in 0..<100 { idle.append(try IdleConnection(port: site.port, sending: text)) }
        for path in ["/healthz", "/readyz"] {
          #expect(try await site.ask("GET", path).status == 200)
        }
        #expect(try await site.ask("GET", "/metrics").status == 200)
      }
      for connection in idle { connection.close() }
    }
  }
}
