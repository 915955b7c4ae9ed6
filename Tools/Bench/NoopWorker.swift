import ArgumentParser
import JobQueue
import Logging
import Postgres

/// A worker that does nothing with jobs, also with those of rows: what the queue costs by itself.
struct NoopWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs a worker whose handler does nothing, until it is killed.")

  @OptionGroup var options: DatabaseOptions

  @Option(help: "The kinds it takes.")
  var kinds = ["noop", "push", "pull", "sync"]

  @Flag(help: "End when nothing is left to do.")
  var drain = false

  func run() async throws {
    let logger = Logger(label: "bench")
    let worker = Worker(
      database: PostgresClient(try PostgresConfiguration(conninfo: options.database)),
      handlers: [NoopHandler(kinds: kinds)],
      options: WorkerOptions(drainsWithin: drain ? .seconds(60) : nil), name: "bench",
      logger: logger)
    _ = try await worker.run()
  }
}
