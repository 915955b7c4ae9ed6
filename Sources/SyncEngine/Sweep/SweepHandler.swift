import Jira
import JobQueue
import Postgres

/// Looks for issues that are gone, moved or out of sight, which no poll sees: the kind `sweep`.
public struct SweepHandler: JobHandler {
  /// The kind of sweeps.
  public let kinds = ["sweep"]
  /// The queue sees to it that there is only one.
  public let maximumBatch = 1

  let session: SiteSession
  let settings: SyncSettings

  /// Makes a handler.
  ///
  /// - Parameters:
  ///   - session: the way to JIRA.
  ///   - settings: how many issues may be missing, and what becomes of the rows of those that are gone.
  public init(session: SiteSession, settings: SyncSettings = SyncSettings()) {
    self.session = session
    self.settings = settings
  }

  /// Why JIRA cannot be called at the moment.
  public var closedReason: String? { session.closedReason }

  /// Sweeps the project.
  ///
  /// - Parameter run: the job.
  /// - Throws: `PostgresError`, `LeaseLost`; what JIRA says is settled and not thrown.
  public func run(_ run: JobRun) async throws {
    guard let site = session.site else {
      try await run.settle(
        run.jobs.map { ($0, .postponed("JIRA is out of reach", after: .seconds(1))) })
      return
    }
    for job in run.jobs where run.isOpen(job) {
      let work = SweepWork(run: run, job: job, site: site.leased(to: run), settings: settings)
      do {
        try await work.perform()
      } catch let error as JiraError {
        await session.report(error)
        try await work.fail(run.fate(of: job, after: error, session: session), reason: "\(error)")
      }
    }
  }
}
