import Jira
import JobQueue
import Postgres
import SyncConfiguration

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
    try await session.performEach(run) {
      SweepWork(run: run, job: $0, site: $1, settings: settings)
    }
  }
}
