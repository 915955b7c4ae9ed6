import Jira
import JobQueue
import Postgres
import SyncConfiguration

/// Looks for what changed in JIRA: the kind `poll`.
///
/// The search yields ids and times, the truth is read in bulk, and only issues that differ from what was agreed on cause a job.
public struct PollHandler: JobHandler {
  /// The kind of polls.
  public let kinds = ["poll"]
  /// The queue sees to it that there is only one.
  public let maximumBatch = 1

  let session: SiteSession
  let settings: SyncSettings

  /// Makes a handler.
  ///
  /// - Parameters:
  ///   - session: the way to JIRA.
  ///   - settings: how far behind the last change a poll begins, and when a delay is told.
  public init(session: SiteSession, settings: SyncSettings = SyncSettings()) {
    self.session = session
    self.settings = settings
  }

  /// Why JIRA cannot be called at the moment.
  public var closedReason: String? { session.closedReason }

  /// Polls the project.
  ///
  /// - Parameter run: the job.
  /// - Throws: `PostgresError`, `LeaseLost`; what JIRA says is settled and not thrown.
  public func run(_ run: JobRun) async throws {
    try await session.performEach(run) {
      PollWork(run: run, job: $0, site: $1, settings: settings)
    }
  }
}
