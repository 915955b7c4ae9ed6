import JSON
import Jira
import JobQueue
import Logging
import Postgres

/// Reconciles rows and their issues: the kinds `push`, `pull` and `sync`, which differ only in the side they may write.
///
/// A job says where to look. This reads the rows, their links and bases, reads the issues, asks the plan, and writes what it
/// says, each job under its own lease.
public struct RowHandler: JobHandler {
  /// The three kinds about rows.
  public let kinds = ["push", "pull", "sync"]

  let session: SiteSession
  let options: RowHandlerOptions
  let tally: SyncTally
  let proof = DatabaseProof()

  /// Makes a handler.
  ///
  /// - Parameters:
  ///   - session: the way to JIRA.
  ///   - options: how creations without an answer are searched for.
  ///   - tally: counts what was created and updated.
  public init(
    session: SiteSession, options: RowHandlerOptions = RowHandlerOptions(), tally: SyncTally
  ) {
    self.session = session
    self.options = options
    self.tally = tally
  }

  /// Why JIRA cannot be called now.
  public var closedReason: String? { session.closedReason }

  /// Reconciles the rows of the jobs with their issues.
  ///
  /// - Parameter run: the jobs.
  /// - Throws: `PostgresError`, `LeaseLost`; what JIRA says is settled and not thrown.
  public func run(_ run: JobRun) async throws {
    try await session.perform(run) { site in
      let work = RowRun(
        context: RowContext(
          run: run, site: site, session: session, options: options, tally: tally, proof: proof))
      do {
        try await CallPatience.$isMass.withValue(run.isMass) { try await work.perform() }
      } catch let error as JiraError {
        // What was not settled fails with what JIRA said.
        try await work.settleFailed(run.jobs.filter(run.isOpen), error: error)
      }
    }
  }
}
