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

  /// Has each job of a run worked on, one after the other; what JIRA says ends the job.
  ///
  /// - Parameters:
  ///   - run: the jobs.
  ///   - work: the work of one job.
  /// - Throws: `PostgresError`, `LeaseLost`.
  func performEach<Work: ProjectWork>(_ run: JobRun, _ work: (Job, Site) -> Work) async throws {
    try await perform(run) { site in
      for job in run.jobs where run.isOpen(job) {
        var work = work(job, site)
        do {
          try await work.perform()
        } catch let error as JiraError {
          await report(error)
          try await work.fail(
            run.settlement(of: job, after: error, session: self), reason: "\(error)")
        }
      }
    }
  }
}

/// The work of one job about a whole project.
protocol ProjectWork {
  /// Does it, and settles the job.
  mutating func perform() async throws
  /// Ends the job after JIRA said no, which changes nothing.
  func fail(_ settlement: Settlement, reason: String) async throws
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
