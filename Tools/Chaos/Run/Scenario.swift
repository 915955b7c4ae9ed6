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
        arena.fleet.signal(SIGKILL, preferring: try await arena.busyWorker())
      }
    },
    Scenario(name: "SIGSTOP past the lease") { arena, time in
      let pause = arena.pace.leaseTime * 3 / 2
      try await repeating(every: .zero, for: time) {
        let busy = try await arena.busyWorker()
        guard let pid = arena.fleet.signal(SIGSTOP, preferring: busy) else { return }
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
    Scenario(name: "outage") { arena, _ in
      guard let command = arena.site.restartCommand else { return }
      guard try await Site.run(command, ["stop"]) == 0 else {
        throw UsageError(message: "the cluster could not be stopped by \(command)")
      }
      let away: Result<Void, any Error>
      do { away = .success(try await Task.sleep(for: arena.pace.outage)) } catch {
        away = .failure(error)
      }
      guard try await Site.run(command, ["start"]) == 0 else {
        throw UsageError(message: "the cluster could not be started again by \(command)")
      }
      try away.get()
    },
    Scenario(name: "backends terminated") { arena, time in
      try await repeating(every: .milliseconds(500), for: time) {
        try await arena.terminateBackends()
      }
    },
    Scenario(name: "connections exhausted") { arena, time in
      try await exhaustConnections(of: arena, for: time)
    },
    // As a statement timeout does, which our sessions do not take from the role.
    Scenario(name: "statements cancelled") { arena, time in
      try await repeating(every: .milliseconds(2), for: time) {
        try await arena.cancelStatements()
      }
    },
    Scenario(name: "read-only") { arena, time in
      try await setting("default_transaction_read_only", to: "on", in: arena, for: time)
    },
    Scenario(name: "disk full") { arena, time in
      try await refusingHistory(in: arena, for: time)
    },
    Scenario(name: "foreign locks") { arena, time in
      try await ForeignLocks(arena: arena).strike(for: time)
    },
    Scenario(name: "altered column") { arena, time in
      try await AlteredColumn(arena: arena).strike(for: time)
    },
    Scenario(name: "PgBouncer, session", pooling: "session", strike: bouncerFault),
    Scenario(name: "PgBouncer, transaction", pooling: "transaction", strike: bouncerFault),
    Scenario(name: "SIGTERM") { arena, time in
      try await repeating(every: .milliseconds(700), for: time) {
        arena.fleet.signal(SIGTERM, preferring: try await arena.busyWorker())
      }
    },
  ]

  /// The pooler dies and comes back, and so does a worker.
  @Sendable
  private static func bouncerFault(_ arena: Arena, _ time: Duration) async throws {
    arena.fleet.signal(SIGKILL, preferring: try await arena.busyWorker())
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

  /// Every completion fails as it does where the disk is full, while claims and changes go on.
  ///
  /// A disk that is really full needs a file system of its own, which not every machine lets a test make.
  private static func refusingHistory(in arena: Arena, for time: Duration) async throws {
    _ = try await arena.ask(
      """
      create function chaos.disk_full() returns trigger language plpgsql as $$
      begin
        raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
      end $$
      """, doing: "filling the disk")
    _ = try await arena.ask(
      """
      create trigger disk_full before insert on jira_sync.job_history
      for each row execute function chaos.disk_full()
      """, doing: "filling the disk")
    try await Task.sleep(for: time)
    _ = try await arena.ask(
      "drop function chaos.disk_full cascade", doing: "making room on the disk")
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
