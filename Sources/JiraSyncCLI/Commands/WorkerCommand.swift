import ArgumentParser
import Dashboard
import JobQueue
import Logging
import Postgres
import SyncConfiguration

/// `jira-sync worker`.
struct WorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker",
    abstract: "Works on the queue: syncs rows and JIRA issues.",
    discussion: """
      Runs until it is told to stop; any number of workers may share one database. SIGTERM or Ctrl-C \
      stops claiming and lets running jobs finish for up to ten seconds; a second one gives them back \
      at once. An unreachable database or JIRA is said once and waited for.

      With --drain it ends when nothing is running and nothing falls due within a minute. Its last \
      line then says what was done. It exits with 1 if a job died or was refused, and with 69 if the \
      queue is paused, or the database or JIRA cannot be reached within ten seconds.

      Examples:
        jira-sync worker
        jira-sync worker --concurrency 8
        jira-sync worker --drain
        jira-sync worker --http-port 8090    http://127.0.0.1:8090/
      """)

  @Option(
    help: ArgumentHelp(
      "How many batches of up to 100 jobs are worked on at a time.", valueName: "n"))
  var concurrency = 4

  @Flag(help: "End when nothing is left to do.")
  var drain = false

  @Option(
    help: ArgumentHelp(
      "Serve a dashboard, /metrics, /readyz and /healthz on this port; 0 takes any that is free.",
      valueName: "port"))
  var httpPort: Int?

  @Option(
    help: ArgumentHelp(
      "The address to serve them on (default: 127.0.0.1, which only this machine can reach).",
      valueName: "address"))
  var httpHost: String?

  @OptionGroup(title: "Common options")
  var common: CommonOptions

  func validate() throws {
    guard (1...100).contains(concurrency) else {
      throw ValidationError("--concurrency is \(concurrency); it takes a number from 1 to 100")
    }
    if let httpPort, !DashboardSettings.isPort(httpPort) {
      throw ValidationError("--http-port is \(httpPort); it takes a number from 0 to 65535")
    }
    if let httpHost, !DashboardSettings.isHost(httpHost) {
      throw ValidationError(
        "--http-host is '\(httpHost)'; it takes an address of this machine, such as 127.0.0.1 or 0.0.0.0"
      )
    }
  }

  func run() async throws {
    let started = ContinuousClock.now
    // What a worker did is done, whoever reads its summary.
    OutputThread.shared.stopWaitingForResults()
    let settings = try common.settings()
    let services = try settings.services()
    var file = try settings.file()
    let channels = try settings.channels(file)
    file.dashboard.port = httpPort ?? file.dashboard.port
    file.dashboard.host = httpHost ?? file.dashboard.host
    let logger = settings.logger(label: "jira-sync.worker")
    do {
      // Said within ten seconds, and before anything else is waited for.
      try await withDatabase(services.database, logger: logger) { connection in
        try await SchemaCheck(connection: connection, database: "\(services.database)").check()
      }
    } catch let error as PostgresError {
      // A worker that lasts goes on trying, and says itself what is wrong.
      if drain { throw error }
    }
    let process = WorkerProcess(
      services: services, file: file, channels: channels, concurrency: concurrency, drains: drain,
      logger: logger)
    switch try await process.run() {
    case .stopped:
      guard drain else { return }
      StandardStream.output.write(try await process.summary(since: started).text)
      throw CommandFailure(
        .failed, "stopped before the queue was drained; what was not done waits for the next worker"
      )
    case .paused(let reason):
      throw CommandFailure(
        .unavailable,
        "the queue is paused (\(reason)), so it cannot be drained. Resume it with: "
          + "jira-sync jobs resume")
    case .closed(let reason):
      throw CommandFailure(.unavailable, "nothing that calls JIRA can be done: \(reason)")
    case .drained:
      let summary = try await process.summary(since: started)
      StandardStream.output.write(summary.text)
      if summary.errors > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
    }
  }
}
