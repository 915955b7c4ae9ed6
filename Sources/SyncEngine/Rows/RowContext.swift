import Jira
import JobQueue
import Logging
import Planning
import Postgres

/// One run of the row handler: some jobs, under their leases, on one site.
struct RowContext: Sendable {
  let run: JobRun
  let site: Site
  let session: SiteSession
  let options: RowHandlerOptions
  let tally: SyncTally
  let proof: DatabaseProof
  /// After this, what was read of rows and issues is too old to be written from.
  let freshUntil = ContinuousClock.now + .seconds(15)
}

/// A part of a run, with what all parts share.
protocol RowRunPart: Sendable {
  var context: RowContext { get }
}

extension RowRunPart {
  var run: JobRun { context.run }
  var site: Site { context.site }
  var session: SiteSession { context.session }
  var options: RowHandlerOptions { context.options }
  var tally: SyncTally { context.tally }
  var database: PostgresClient { run.database }
  var logger: Logger { run.logger }

  /// Notes at the links what stands in the way of rows, and settles their jobs.
  func fail(
    _ failures: [(item: WorkItem, text: String)], doing: String, isIssueRefused: Bool = false,
    as settlement: @escaping @Sendable (Job, String) -> Settlement
  ) async throws {
    let noted = try await run.write(failures, for: \.item.job, doing: doing) { transaction, mine in
      _ = try await transaction.query(
        RowStore.failing(mine.map { ($0.item.rowKey, $0.text, false) }), doing: doing)
      if isIssueRefused {
        _ = try await transaction.query(
          RefusedIssues.noting(mine.map(\.item.rowKey), isRefused: true), doing: doing)
      }
      return mine.map { ($0.item.job, settlement($0.item.job, $0.text)) }
    }
    for failure in noted { tally.failed(failure.item.rowKey) }
  }

  /// Ends jobs that failed for a reason that JIRA named.
  func settleFailed(_ jobs: [Job], error: JiraError) async throws {
    guard !jobs.isEmpty else { return }
    await session.report(error)
    try await run.settle(jobs.map { ($0, settlement(of: $0, after: error)) })
  }

  /// What becomes of a job whose call to JIRA failed.
  func settlement(of job: Job, after error: JiraError) -> Settlement {
    run.settlement(of: job, after: error, session: session)
  }

  /// Runs a body for each item, some at a time, and throws the first error after all have ended.
  func forEach<Element: Sendable>(
    _ elements: [Element], _ body: @escaping @Sendable (Element) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var rest = elements.makeIterator()
      for _ in 0..<options.width {
        if let element = rest.next() { group.addTask { try await body(element) } }
      }
      while try await group.next() != nil {
        if let element = rest.next() { group.addTask { try await body(element) } }
      }
    }
  }

  /// Leaves out what stumbles over something that JIRA may have by now: the site's fields are read again, and it is planned anew.
  func withoutOutdated<Element>(
    _ elements: [Element], job: (Element) -> Job, problems: (Element) -> [FieldProblem]
  ) async throws -> [Element] {
    let outdated = elements.filter { problems($0).contains(where: \.mayBeOver) }
    guard !outdated.isEmpty, await session.rereads(site) else { return elements }
    let text = "the fields of JIRA were read again; it is planned anew"
    try await run.settle(outdated.map { (job($0), .postponed(text, after: .zero)) })
    return elements.filter { !problems($0).contains(where: \.mayBeOver) }
  }

  /// Warns of an error whose text may quote values: these are for level debug, and for the link.
  func warn(_ what: String, _ error: String, _ job: Job) {
    let shown = error.withoutQuotes
    logger.warning("\(what): \(shown)", metadata: ["job": "\(job.id)"])
    if shown != error {
      logger.debug("\(what): \(error)", metadata: ["job": "\(job.id)"])
    }
  }
}
