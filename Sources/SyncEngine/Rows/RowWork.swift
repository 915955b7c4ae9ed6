import JSON
import Jira
import JobQueue
import Logging
import Postgres

/// One run of the row handler: some jobs, under their leases, on one site.
struct RowWork: Sendable {
  let run: JobRun
  let site: Site
  let session: SiteSession
  let options: RowHandlerOptions
  let tally: SyncTally
  let proof: DatabaseProof
  /// What was read of rows and issues before is not written from any more: people go on meanwhile.
  let freshUntil = ContinuousClock.now + .seconds(15)

  /// Where rows, links and jobs are.
  var database: PostgresClient { run.database }
  /// What was done goes here.
  var logger: Logger { run.logger }

  /// Looks at each row and does what it needs.
  func perform() async throws {
    var items = try await RowStore.items(for: run.jobs, database: database)
    items = try await settleDeletions(try await withoutMarked(items))
    var creations: [WorkItem] = []
    var lookups: [WorkItem] = []
    var pairs: [WorkItem] = []
    var nothing: [Job] = []
    var unseen: [WorkItem] = []
    for item in items where run.isOpen(item.job) {
      switch (item.link?.state, item.row) {
      // A row that cannot be seen is not a row that is gone: only a trigger says that.
      case (_, nil) where item.deleted == nil && item.isHidden: unseen.append(item)
      case (.linked, nil) where item.deleted == nil && item.job.priority > FullSyncHandler.priority:
        unseen.append(item)
      case (.unlinked, _), (.issueGone, _), (.rowGone, _), (_, nil):
        nothing.append(item.job)
      case (.linked, .some): pairs.append(item)
      case (.createUnknown, .some): lookups.append(item)
      case (.creating, .some) where item.link?.marker != nil: lookups.append(item)
      // A pull writes nothing to JIRA, and makes no issue least of all.
      case (.creating, .some), (nil, .some):
        if item.sides.issue, item.hasDebt || item.link == nil {
          creations.append(item)
        } else {
          nothing.append(item.job)
        }
      }
    }
    try await run.settle(nothing.map { ($0, .done) })
    if !unseen.isEmpty { try await wait(forRowsOf: unseen) }
    if !lookups.isEmpty { try await look(for: lookups) }
    if !creations.isEmpty { try await create(creations) }
    if !pairs.isEmpty { try await bringIntoStep(pairs) }
  }

  /// Notes at the links what stands in the way of rows, and settles their jobs.
  func fail(
    _ failures: [(item: WorkItem, text: String)], doing: String, isIssueRefused: Bool = false,
    as settlement: @escaping @Sendable (Job, String) -> Settlement
  ) async throws {
    try await run.write(for: failures.map(\.item.job), doing: doing) { transaction, held in
      let heldIDs = Set(held.map(\.id))
      let mine = failures.filter { heldIDs.contains($0.item.job.id) }
      _ = try await transaction.query(
        RowStore.failing(mine.map { ($0.item.rowKey, $0.text, false) }), doing: doing)
      if isIssueRefused {
        _ = try await transaction.query(
          RefusedIssues.noting(mine.map(\.item.rowKey), isRefused: true), doing: doing)
      }
      return mine.map { ($0.item.job, settlement($0.item.job, $0.text)) }
    }
    for failure in failures { tally.failed(failure.item.rowKey) }
  }

  /// Ends jobs that failed for a reason that JIRA named.
  func settleFailed(_ jobs: [Job], error: JiraError) async throws {
    guard !jobs.isEmpty else { return }
    await session.report(error)
    try await run.settle(jobs.map { ($0, fate(of: $0, after: error)) })
  }

  /// What becomes of a job whose call to JIRA failed.
  func fate(of job: Job, after error: JiraError) -> Settlement {
    run.fate(of: job, after: error, session: session)
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
}
