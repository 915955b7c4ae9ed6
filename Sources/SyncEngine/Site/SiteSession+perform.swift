import Jira
import JobQueue
import Logging

extension SiteSession {
  /// Has a run worked on with the site; where JIRA is out of reach, its jobs wait.
  ///
  /// - Parameters:
  ///   - run: the jobs.
  ///   - body: works on them; before each of its calls the leases are checked.
  /// - Throws: what the body throws; `PostgresError`.
  func perform(_ run: JobRun, _ body: (Site) async throws -> Void) async throws {
    guard let site else {
      try await run.settle(
        run.jobs.map { ($0, .postponed("JIRA is out of reach", after: .seconds(1))) })
      return
    }
    try await body(site.leased(to: run))
  }
}

extension Site {
  /// The same site for one run: before each call its leases are checked, and each call is logged with the run's jobs.
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
