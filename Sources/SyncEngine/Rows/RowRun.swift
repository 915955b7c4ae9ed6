import Jira
import JobQueue
import Planning
import Postgres

/// One run about rows: reads them, and hands each to the part that does what it needs.
struct RowRun: RowRunPart {
  let context: RowContext

  /// Looks at each row and does what it needs.
  func perform() async throws {
    var items = try await RowStore.items(for: run.jobs, database: database)
    let deletions = DeletionHandler(context: context)
    items = try await deletions.settleDeletions(try await deletions.withoutMarked(items))
    var creations: [WorkItem] = []
    var lookups: [WorkItem] = []
    var linked: [WorkItem] = []
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
      case (.linked, .some): linked.append(item)
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
    if !unseen.isEmpty { try await MissingRows(context: context).wait(forRowsOf: unseen) }
    if !lookups.isEmpty { try await LookupRunner(context: context).search(for: lookups) }
    if !creations.isEmpty { try await IssueCreator(context: context).create(creations) }
    if !linked.isEmpty { try await LinkReconciler(context: context).reconcile(linked) }
  }
}
