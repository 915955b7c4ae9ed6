import CSys
import Dashboard
import Glibc
import HTTP
import Jira
import JobQueue
import Logging
import Notifications
import Postgres
import SyncConfiguration
import SyncEngine
import UnixSignals

/// A worker with all that belongs to it: the way to JIRA, the handlers, and the signals that stop it.
struct WorkerProcess: Sendable {
  private let services: (database: PostgresConfiguration, jira: JiraSettings)
  private let logger: Logger
  private let tally = SyncTally()
  private let session: SiteSession
  private let worker: Worker
  private let transport: CurlClient
  private let announcement: ChannelAnnouncement
  private let dashboard: WorkerDashboard
  private let name: String
  private let inspector: Inspector
  private let drains: Bool

  init(
    services: (database: PostgresConfiguration, jira: JiraSettings), file: ConfigurationFile,
    channels: ChannelSettings, concurrency: Int, drains: Bool, logger: Logger
  ) {
    csys_keep_memory_small()
    self.services = services
    self.logger = logger
    let member = SiteMember(name: "\(HostName.current):\(getpid())")
    var configuration = services.database
    // Longer than any statement of ours that is not waiting for a lock; a run has its own, longer limit.
    configuration.answerLimit = .seconds(60)
    let database = PostgresClient(configuration, logger: logger)
    transport = CurlClient()
    name = member.name
    inspector = Inspector(configuration: configuration, logger: logger)
    self.drains = drains
    self.dashboard = WorkerDashboard(
      settings: file.dashboard, database: services.database, logger: logger)
    let metrics = self.dashboard.metrics
    let session = SiteSession(
      client: JiraClient(
        configuration: services.jira.configuration, transport: transport, logger: logger,
        observe: { event in
          switch event {
          case .waited(_, let duration): metrics?.waited(duration)
          case .answered(let call, let result, let duration):
            metrics?.called(endpoint: call.endpoint, result: result, duration: duration)
          }
        }),
      project: services.jira.project, mapping: file.mapping, database: database,
      limits: file.limits,
      member: member, logger: logger)
    self.session = session
    let channels = channels.channels(
      site: services.jira.configuration.siteURL, jira: { session.site?.client },
      transport: transport)
    announcement = ChannelAnnouncement(
      channels: channels, worker: member.name, database: database, logger: logger)
    var options = WorkerOptions(
      concurrency: concurrency, drainsWithin: drains ? .seconds(60) : nil, keepsSchedules: !drains)
    options.schedules = file.schedules.intervals
    worker = Worker(
      database: database,
      handlers: [
        RowHandler(
          session: session,
          options: RowHandlerOptions(
            breaker: file.sync.breaker, onRowDeleted: file.sync.onRowDeleted),
          tally: tally),
        ProjectHandler.poll(session: session, settings: file.sync),
        ProjectHandler.sweep(session: session, settings: file.sync), FullSyncHandler(),
        NoopHandler(),
        NotifyHandler(channels: channels), ReportHandler(),
      ],
      options: options,
      incarnation: member.worker, name: member.name, logger: logger,
      heard: { notification in
        // Without a text: something may have been missed.
        if notification.isEmpty || notification == SiteSession.notification {
          await session.heardFromFleet()
        }
      },
      observe: { outcome in
        metrics?.ended(outcome)
        // What a row refuses, and a channel that does not work, say so themselves.
        if case .retry(let error, _) = outcome.settlement, outcome.job.kind != "notify" {
          let job = outcome.job
          let isLast = job.attempt >= job.maxAttempts
          logger.warning(
            "job \(job.id) (\(job.kind)) failed and is \(isLast ? "given up" : "tried again"): \(error.withoutQuotes)",
            metadata: [
              "job": "\(job.id)", "row": "\(job.row.map { "\($0)" } ?? "-")",
              "attempt": "\(job.attempt) of \(job.maxAttempts)",
            ])
        }
        logger.debug(
          "job \(outcome.job.id) ended",
          metadata: [
            "kind": "\(outcome.job.kind)", "row": "\(outcome.job.row.map { "\($0)" } ?? "-")",
            "outcome": "\(outcome.settlement)", "took": "\(outcome.duration)",
          ])
      })
  }

  private enum Part: Sendable {
    /// The worker's end, good or bad: whoever waits for it gets it, whatever else fails meanwhile.
    case worker(Result<WorkerEnd, any Error>)
    case other
  }

  /// Works until the worker ends.
  ///
  /// - Throws: `SiteError` where the configuration does not fit the site or the database, `PostgresError` where the schema
  ///   is not there, `DashboardBindError` where the dashboard cannot be served.
  func run() async throws -> WorkerEnd {
    // First, so that nothing has begun where the port is taken, and so that the start can be watched.
    try await dashboard.serving(name: name, vitals: worker.vitals, session: session) {
      try await work()
    }
  }

  private func work() async throws -> WorkerEnd {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    // Before anything can happen that users should hear of.
    let isAnnounced = await announcement.attempt()
    let end = try await withThrowingTaskGroup(of: Part.self) { group in
      group.addTask {
        for await _ in signals { await worker.stop() }
        return .other
      }
      group.addTask {
        try await session.keepOpen { await worker.nudge() }
        return .other
      }
      if !isAnnounced {
        group.addTask {
          await announcement.keepTrying()
          return .other
        }
      }
      group.addTask {
        // One that drains starts no periodic work.
        if drains { await inspector.inspect() } else { await inspector.run() }
        return .other
      }
      group.addTask {
        do { return .worker(.success(try await worker.run())) } catch {
          return .worker(.failure(error))
        }
      }
      defer { group.cancelAll() }
      do {
        return try await Self.end(of: &group)
      } catch {
        // What runs is given back, and leave is taken, before the process ends.
        await worker.stop()
        await worker.stop()
        do {
          _ = try await Self.end(of: &group)
        } catch let second {
          logger.debug("while stopping: \(second)")
        }
        throw error
      }
    }
    await transport.shutdown()
    return try end.get()
  }

  /// Waits until the worker has ended, well or not.
  ///
  /// - Throws: what ended anything else before it.
  private static func end(
    of group: inout ThrowingTaskGroup<Part, any Error>
  ) async throws -> Result<WorkerEnd, any Error> {
    while let part = try await group.next() {
      if case .worker(let end) = part { return end }
    }
    return .success(.stopped)
  }

  /// What was done since the process began, as the last line of a draining worker says it.
  func summary(since started: ContinuousClock.Instant) async throws -> SyncSummary {
    try await withDatabase(services.database, logger: logger) { connection in
      // Taken when connected: what failed first must not fall out of the window because connecting took long.
      let elapsed = ContinuousClock.now - started
      let seconds =
        Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
      let row = try await connection.query(
        """
        select
          (select count(*) from public.file_audit) as rows,
          (select count(distinct coalesce('row ' || table_name || ':' || row_id, 'job ' || id))
            from jira_sync.job_history
            where finished_at >= clock_timestamp() - make_interval(secs => \(seconds)::float8)
              and outcome in ('refused', 'dead')) as errors
        """, doing: "summing up"
      ).one
      return SyncSummary(
        rows: try row.get("rows"), created: tally.created, updated: tally.updated,
        touched: tally.touched, errors: try row.get("errors"), seconds: seconds)
    }
  }
}

/// The name of this machine.
enum HostName {
  /// As the system has it; `unknown` where it has none.
  static var current: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
