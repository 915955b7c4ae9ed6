import JobQueue
import Locks
import Logging
import Notifications
import Postgres
import SyncConfiguration
import TestSupport

/// A database whose events go to the channels of a test, and workers that send them.
struct OutboxWorld: Sendable {
  let database: TestDatabase
  let sql: PostgresConnection
  let channels: Channels

  /// Gives a test one, and ends it afterwards.
  ///
  /// - Parameters:
  ///   - channels: where events go; they are announced already.
  ///   - settings: what goes where.
  ///   - body: the test.
  /// - Throws: what the body throws, or what went wrong with the database.
  static func with(
    _ channels: [any NotificationChannel], settings: NotificationSettings = NotificationSettings(),
    _ body: (OutboxWorld) async throws -> Void
  ) async throws {
    try await withDatabase { database in
      let sql = try await database.connect()
      let world = OutboxWorld(
        database: database, sql: sql, channels: Channels(channels, settings: settings))
      let client = PostgresClient(try database.configuration)
      try await world.channels.announce(worker: "test", to: client)
      await client.close()
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(world)) } catch { outcome = .failure(error) }
      await sql.close()
      try outcome.get()
    }
  }

  /// Runs a statement.
  @discardableResult
  func run(_ statement: SQL) async throws -> PostgresResult {
    try await sql.query(statement, doing: "the test's own statement")
  }

  /// The number that a query finds.
  func count(_ from: SQL) async throws -> Int {
    try await run("select count(*) as n from " + from).one.get("n")
  }

  /// Notes events of one cause, each in a statement of its own.
  func emit(
    _ kind: String = "poller_behind", severity: String = "warning", fingerprint: String = "cause",
    subject: String = "the poller", message: String = "Changes arrive late.", times: Int = 1
  ) async throws {
    for _ in 0..<times {
      try await run(
        """
        select jira_sync.emit(\(kind), \(severity), \(fingerprint), \(subject), \(message),
          'Look at the log.')
        """)
    }
  }

  /// Notes that a cause has gone.
  func resolve(_ kind: String = "poller_behind", fingerprint: String = "cause") async throws {
    try await run("select jira_sync.resolve_event(\(kind), \(fingerprint), 'All is well.')")
  }

  /// Makes the time of a channel's memory pass: what it was told lies further back.
  func letPass(_ interval: String) async throws {
    try await run(
      """
      update jira_sync.incidents set sent_at = sent_at - \(interval)::interval,
        opened_at = opened_at - \(interval)::interval
      """)
    try await run(
      "update jira_sync.messages set created_at = created_at - \(interval)::interval")
    try await run("update jira_sync.jobs set run_at = run_at - \(interval)::interval")
  }

  /// Sends what is due, and what that makes due within a moment.
  func drain(within horizon: Duration = .seconds(1)) async throws {
    let worker = try worker(drainsWithin: horizon)
    _ = try await worker.run()
  }

  /// A worker that only sends.
  func worker(drainsWithin horizon: Duration? = nil) throws -> Worker {
    Worker(
      database: PostgresClient(try database.configuration),
      handlers: [NotifyHandler(channels: channels), ReportHandler(), NoopHandler()],
      // A lease that no pause of a busy machine outlasts.
      options: WorkerOptions(concurrency: 1, lease: .seconds(120), drainsWithin: horizon),
      name: "test",
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Runs a worker beside a body.
  func working(_ body: () async throws -> Void) async throws {
    let worker = try worker()
    let end = Task { try await worker.run() }
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    await worker.stop()
    _ = try await end.value
    try outcome.get()
  }

  /// Waits for something in the database.
  func wait(until condition: SQL) async throws {
    try await sql.waitUntil("select (" + condition + ") as met", doing: "waiting in a test")
  }
}
