import Jira
import JobQueue
import SyncConfiguration

/// Does the work of one kind of job about a whole project.
public struct ProjectHandler: JobHandler {
  /// The one kind.
  public let kinds: [String]
  /// The queue sees to it that there is only one.
  public let maximumBatch = 1

  private let session: SiteSession
  private let work: @Sendable (JobRun, Job, Site) -> any ProjectWork

  /// Searches for what changed in JIRA: the kind `poll`.
  ///
  /// - Parameters:
  ///   - session: the way to JIRA.
  ///   - settings: how far behind the last change a poll begins, and when a delay is reported.
  /// - Returns: the handler.
  public static func poll(
    session: SiteSession, settings: SyncSettings = SyncSettings()
  ) -> ProjectHandler {
    ProjectHandler(kinds: ["poll"], session: session) {
      PollWork(run: $0, job: $1, site: $2, settings: settings)
    }
  }

  /// Searches for issues that are deleted, moved or hidden, which no poll sees: the kind `sweep`.
  ///
  /// - Parameters:
  ///   - session: the way to JIRA.
  ///   - settings: how many issues may be missing, and what is done to the rows of those that are deleted.
  /// - Returns: the handler.
  public static func sweep(
    session: SiteSession, settings: SyncSettings = SyncSettings()
  ) -> ProjectHandler {
    ProjectHandler(kinds: ["sweep"], session: session) {
      SweepWork(run: $0, job: $1, site: $2, settings: settings)
    }
  }

  /// Why JIRA cannot be called now; nil where it can.
  public var closedReason: String? { session.closedReason }

  /// Does the work of each job, one after the other; what JIRA says ends the job.
  ///
  /// - Parameter run: the jobs.
  /// - Throws: `PostgresError`, `LeaseLost`; what JIRA says is settled and not thrown.
  public func run(_ run: JobRun) async throws {
    try await session.perform(run) { site in
      for job in run.jobs where run.isOpen(job) {
        var work = work(run, job, site)
        do {
          try await work.perform()
        } catch let error as JiraError {
          await session.report(error)
          try await work.fail(
            run.settlement(of: job, after: error, session: session), reason: "\(error)")
        }
      }
    }
  }
}

/// The work of one job about a whole project.
protocol ProjectWork {
  /// Does it, and settles the job.
  mutating func perform() async throws
  /// Ends the job after JIRA refused something; nothing is changed.
  func fail(_ settlement: Settlement, reason: String) async throws
}
