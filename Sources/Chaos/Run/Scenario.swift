import Glibc
import Postgres

/// A kind of fault.
struct Scenario: Sendable {
  let name: String
  /// The pooler's mode, where there is one in between.
  var pooling: String?
  /// Strikes until the time is over, and leaves nothing behind.
  let strike: @Sendable (Arena, Duration) async throws -> Void

  /// All of them, in their order.
  static let all: [Scenario] = [
    Scenario(name: "SIGKILL") { arena, time in
      try await repeating(every: max(arena.pace.leaseTime / 2, .milliseconds(700)), for: time) {
        _ = arena.fleet.signal(SIGKILL)
      }
    },
    Scenario(name: "SIGSTOP past the lease") { arena, time in
      let pause = arena.pace.leaseTime * 3 / 2
      try await repeating(every: .zero, for: time) {
        guard let pid = arena.fleet.signal(SIGSTOP) else { return }
        do { try await Task.sleep(for: pause) } catch {
          arena.fleet.signal(SIGCONT, to: pid)
          throw error
        }
        arena.fleet.signal(SIGCONT, to: pid)
      }
    },
    Scenario(name: "Postgres restart") { arena, time in
      guard let command = arena.site.restartCommand else { return }
      try await repeating(every: max(time / 2, .seconds(2)), for: time) {
        guard try await Site.run(command, []) == 0 else {
          throw UsageError(message: "the cluster could not be restarted by \(command)")
        }
      }
    },
    Scenario(name: "backends terminated") { arena, time in
      try await repeating(every: .milliseconds(500), for: time) {
        try await arena.terminateBackends()
      }
    },
    Scenario(name: "connections exhausted") { arena, time in
      try await exhaustConnections(of: arena, for: time)
    },
    Scenario(name: "statement timeout") { arena, time in
      try await setting("statement_timeout", to: "2ms", in: arena, for: time)
    },
    Scenario(name: "read-only") { arena, time in
      try await setting("default_transaction_read_only", to: "on", in: arena, for: time)
    },
    Scenario(name: "PgBouncer, session", pooling: "session", strike: bouncerFault),
    Scenario(name: "PgBouncer, transaction", pooling: "transaction", strike: bouncerFault),
    Scenario(name: "SIGTERM") { arena, time in
      try await repeating(every: .milliseconds(700), for: time) {
        _ = arena.fleet.signal(SIGTERM)
      }
    },
  ]

  /// The pooler dies and comes back, and so does a worker.
  @Sendable
  private static func bouncerFault(_ arena: Arena, _ time: Duration) async throws {
    _ = arena.fleet.signal(SIGKILL)
    try await arena.bouncer?.kill()
    try await Task.sleep(for: time / 3)
    try await arena.bouncer?.start()
    try await Task.sleep(for: time / 3)
    try await arena.terminateBackends()
    try await Task.sleep(for: time / 3)
  }

  /// Does something now and then, and at least once.
  private static func repeating(
    every pause: Duration, for time: Duration, _ body: () async throws -> Void
  ) async throws {
    let end = ContinuousClock.now + time
    repeat {
      try await body()
      try await Task.sleep(for: pause)
    } while .now < end
  }

  /// Takes every connection that there is, and ends the workers' own.
  private static func exhaustConnections(of arena: Arena, for time: Duration) async throws {
    var taken: [PostgresConnection] = []
    let configuration = try PostgresConfiguration(
      conninfo: arena.uri, applicationName: "chaos-hoarder")
    let end = ContinuousClock.now + time
    var isFirst = true
    while .now < end {
      do {
        while .now < end { taken.append(try await PostgresConnection.connect(configuration)) }
      } catch {
        // The last one is taken. Now the workers lose theirs, and what they leave is taken, too.
        if isFirst { try await arena.terminateBackends() }
        isFirst = false
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    for connection in taken { await connection.close() }
  }

  /// Changes a setting of the workers' role, from their next connection on, and back.
  private static func setting(
    _ setting: String, to value: String, in arena: Arena, for time: Duration
  ) async throws {
    let change = "alter role \(Arena.role) in database \(arena.name)"
    _ = try await arena.ask(
      SQL(unescaped: "\(change) set \(setting) = '\(value)'"), doing: "changing \(setting)")
    try await arena.terminateBackends()
    try await Task.sleep(for: time)
    _ = try await arena.ask(
      SQL(unescaped: "\(change) reset \(setting)"), doing: "restoring \(setting)")
    // A setting of a role counts when a session begins; those that began meanwhile keep it.
    try await arena.terminateBackends()
  }
}
