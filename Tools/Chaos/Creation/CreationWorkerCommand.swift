import ArgumentParser
import Foundation
import Glibc
import HTTP
import Jira
import JobQueue
import Logging
import Mapping
import Postgres
import SyncConfiguration
import SyncEngine
import UnixSignals

/// `Chaos creation-worker`: the product's own worker on a JIRA, which may kill itself in the middle of a creation.
struct CreationWorkerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "creation-worker", abstract: "Makes issues, and may break on the way.",
    shouldDisplay: false)

  @Option(help: "JIRA's address.") var jira: String
  @Option(help: "A mistake to make.") var variant = CreationVariant.correct
  @Option(help: "Where to kill itself: afterIntent, afterPostLeft or afterAnswer.") var step:
    String?
  @Option(help: "Milliseconds after the POST left.") var delay = 0
  @Option(help: "A file to make when the answer to a creation has come.") var signal: String?
  @Option(help: "When creations without an answer are searched for, in milliseconds.") var looks:
    String
  @Flag(help: "End when nothing is left to do.") var drain = false

  func run() async throws {
    guard let url = ProcessInfo.processInfo.environment["DATABASE_URL"] else {
      throw UsageError(message: "DATABASE_URL is not set")
    }
    let logger = Logger(label: "chaos") { StreamLogHandler.standardError(label: $0) }
    let signals = await UnixSignalsSequence(trapping: .sigterm)
    let parent = getppid()
    let member = SiteMember(name: "creation:\(getpid())")
    let database = PostgresClient(
      try PostgresConfiguration(conninfo: url, applicationName: "creation-worker"), logger: logger)
    let transport = CurlClient()
    var timeouts = HTTPTimeouts()
    timeouts.total = .seconds(5)
    let session = SiteSession(
      client: JiraClient(
        configuration: try JiraConfiguration(
          baseURL: jira, credentials: .basic(email: "sandbox@example.com", token: "sandbox"),
          timeouts: timeouts),
        transport: CreationTransport(
          client: transport, variant: variant, step: step.flatMap(CreationStep.init), delay: delay,
          signal: signal)),
      project: "SCRSKY", mapping: .standard, database: database, limits: .none, member: member,
      logger: logger)
    let looks = looks.split(separator: ",").compactMap { Int($0) }.map { Duration.milliseconds($0) }
    let worker = Worker(
      database: database,
      handlers: [
        RowHandler(
          session: session, options: RowHandlerOptions(lookupTimes: looks), tally: SyncTally())
      ],
      options: WorkerOptions(
        retry: RetryPolicy(base: .milliseconds(20), cap: .milliseconds(200)),
        drainsWithin: drain ? .seconds(5) : nil, drainPatience: .seconds(30)),
      incarnation: member.worker, name: member.name, logger: logger,
      heard: { if $0 == SiteSession.notification { await session.heardFromFleet() } })
    let others = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await session.keepOpen { await worker.nudge() } }
        group.addTask { for await _ in signals { await worker.stop() } }
        group.addTask {
          // Whoever runs the chaos may be killed; its workers must not stay behind.
          while getppid() == parent { try await Task.sleep(for: .seconds(1)) }
          await worker.stop()
        }
        try await group.waitForAll()
      }
    }
    let end = try await worker.run()
    others.cancel()
    if drain, end != .drained { throw ExitCode(1) }
  }
}
