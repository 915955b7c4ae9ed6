import ArgumentParser
import Foundation
import Glibc
import JobQueue
import Logging
import Postgres
import SyncEngine
import UnixSignals

/// `Chaos worker`: the queue's own worker, with a handler that leaves traces.
struct ChaosWorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Works on jobs and leaves traces of each run.")

  @Option(help: "How long a lease lasts, in seconds.") var lease = 8.0
  @Option(help: "How many batches at a time.") var concurrency = 4
  @Option(help: "How long a run takes, in milliseconds.") var work = 5
  @Option(help: "How many of a hundred runs ask for another try.") var retries = 2

  func run() async throws {
    guard let url = ProcessInfo.processInfo.environment["DATABASE_URL"] else {
      throw UsageError(message: "DATABASE_URL is not set")
    }
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    let logger = Logger(label: "chaos.worker")
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let worker = Worker(
      database: PostgresClient(
        try PostgresConfiguration(conninfo: url, applicationName: "chaos-worker"), logger: logger),
      handlers: [
        EffectHandler(work: .milliseconds(work), retries: retries), FullSyncHandler(),
      ],
      options: WorkerOptions(
        concurrency: concurrency, lease: .milliseconds(Int(lease * 1_000)),
        idleHeartbeat: .milliseconds(Int(lease * 750)), stopDeadline: .seconds(5)),
      name: "chaos:\(getpid())", logger: logger)
    let stopping = Task { for await _ in signals { await worker.stop() } }
    // Whoever runs the chaos may be killed; its workers must not stay behind.
    let parent = getppid()
    let watching = Task {
      while getppid() == parent { try await Task.sleep(for: .seconds(1)) }
      await worker.stop()
    }
    _ = try await worker.run()
    stopping.cancel()
    watching.cancel()
  }
}
