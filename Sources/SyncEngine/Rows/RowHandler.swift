import JSON
import Jira
import JobQueue
import Logging
import Postgres

/// Brings rows and their issues into step: the kinds `push`, `pull` and `sync`, which differ only in the side they may write.
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
  ///   - options: how creations without an answer are looked for.
  ///   - tally: counts what was created and updated.
  public init(
    session: SiteSession, options: RowHandlerOptions = RowHandlerOptions(), tally: SyncTally
  ) {
    self.session = session
    self.options = options
    self.tally = tally
  }

  /// Why JIRA cannot be called at the moment.
  public var closedReason: String? { session.closedReason }

  /// Brings the rows of the jobs and their issues into step.
  ///
  /// - Parameter run: the jobs.
  /// - Throws: `PostgresError`, `LeaseLost`; what JIRA says is settled and not thrown.
  public func run(_ run: JobRun) async throws {
    guard let site = session.site else {
      try await run.settle(
        run.jobs.map { ($0, .postponed("JIRA is out of reach", after: .seconds(1))) })
      return
    }
    let work = RowWork(
      run: run, site: site.leased(to: run), session: session, options: options, tally: tally,
      proof: proof)
    do {
      try await CallPatience.$isMass.withValue(run.isMass) { try await work.perform() }
    } catch let error as JiraError {
      // What was not settled fails with what JIRA said.
      try await work.settleFailed(run.jobs.filter(run.isOpen), error: error)
    }
  }
}

extension Site {
  /// The same site for one run: before each call its leases are checked, and each call is noted with the run's jobs.
  func leased(to run: JobRun) -> Site {
    var logger = run.logger
    logger[metadataKey: "jobs"] = "\(run.jobs.map(\.id).named)"
    return Site(
      client: client.checking { _ in try run.checkLease() }.logging(to: logger), project: project,
      issueType: issueType, mapping: mapping, account: account, readAt: readAt)
  }
}

extension [Job.ID] {
  /// The first few, and how many more there are.
  fileprivate var named: String {
    let first = prefix(5).map(String.init).joined(separator: ",")
    return count > 5 ? "\(first)+\(count - 5)" : first
  }
}
