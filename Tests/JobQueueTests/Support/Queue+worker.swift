import FoundationEssentials
import JobQueue
import Logging
import Postgres
import TestSupport

extension Queue {
  /// What the connections of a test's workers are called.
  static let workerName = "worker of a test"

  func worker(
    _ handler: any JobHandler, options: WorkerOptions = WorkerOptions(),
    observe: @escaping @Sendable (RunOutcome) -> Void = { _ in }
  ) throws -> Worker {
    Worker(
      database: PostgresClient(
        try PostgresConfiguration(
          conninfo: database.conninfo, applicationName: Self.workerName)),
      handlers: [handler], options: options, name: "test",
      logger: Logger(label: "test") { _ in SilentLog() }, observe: observe)
  }

  /// Runs a worker while the body does its test; then stops it at once.
  ///
  /// - Returns: how the worker ended.
  /// - Throws: what the body or the worker throws.
  @discardableResult
  func withWorker(
    _ handler: any JobHandler, options: WorkerOptions = WorkerOptions(),
    _ body: (Worker) async throws -> Void
  ) async throws -> WorkerEnd {
    let worker = try worker(handler, options: options)
    let running = Task { try await worker.run() }
    do {
      try await body(worker)
    } catch {
      await worker.stop()
      await worker.stop()
      _ = await running.result
      throw error
    }
    await worker.stop()
    await worker.stop()
    return try await running.value
  }

  /// Waits until the database says so.
  func wait(_ doing: String, until condition: SQL) async throws {
    try await connection.waitUntil("select (\(condition)) as met", doing: doing)
  }

  /// Waits until the worker has found nothing, announced it, and is through with its quick looks.
  func waitUntilSoundAsleep() async throws {
    try await wait(
      "waiting until the worker sleeps soundly",
      until: """
        select coalesce(bool_and(asleep and seen_at - started_at > '2 s'), false) from jira_sync.workers
        """)
  }

  func waitUntilAsleep() async throws {
    try await wait(
      "waiting until the worker sleeps",
      until: "select coalesce(bool_and(asleep), false) from jira_sync.workers")
  }

  /// Waits until that many attempts are over.
  func waitForHistory(_ count: Int) async throws -> [Attempt] {
    try await wait(
      "waiting for \(count) attempts",
      until: "select count(*) >= \(count) from jira_sync.job_history")
    return try await history()
  }
}
