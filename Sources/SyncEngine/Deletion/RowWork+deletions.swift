import JSON
import Jira
import JobQueue
import Postgres

extension RowWork {
  /// Leaves rows to their deletions, where these are only marked so far: a row that has the id now may be another one.
  func withoutMarked(_ items: [WorkItem]) async throws -> [WorkItem] {
    let marked = items.filter { $0.isMarked && $0.deleted == nil }
    guard !marked.isEmpty else { return items }
    let text = "waits for the deletions of \(marked[0].rowKey.table) to be enqueued"
    try await run.settle(marked.map { ($0.job, .postponed(text, after: .seconds(1))) })
    return items.filter { !$0.isMarked || $0.deleted != nil }
  }

  /// Ends the links of rows that a trigger reported as deleted.
  ///
  /// A row that took the id of a deleted one is a new row, unless it has the label of the one that was linked: then it is the
  /// same file, loaded again, and keeps its issue.
  ///
  /// - Returns: the items that are left to do, with their links as they are now.
  func settleDeletions(_ items: [WorkItem]) async throws -> [WorkItem] {
    let deleted = items.filter { $0.deleted != nil }
    guard !deleted.isEmpty else { return items }
    let gone = deleted.filter { item in
      guard let link = item.link else { return false }
      // The row that has the id now may have been given its own link already.
      let label = item.row?[AuditTable.labelColumn]?.string
      return label != item.deleted?.label && label != link.label
    }
    let parted = try await carryOutDeletions(gone)
    let open = deleted.filter { run.isOpen($0.job) }
    let finished = open.filter { $0.row == nil }.map(\.job)
    let releases = options.onRowDeleted == .unlink
    try await run.write(for: open.map(\.job), doing: "ending the links of deleted rows") {
      transaction, held in
      let heldIDs = Set(held.map(\.id))
      let mine = parted.filter { heldIDs.contains($0.job.id) }
      let bases = try mine.map { item in
        item.link?.deletionAction == nil && options.onRowDeleted == .none
          ? nil : try item.link?.base.map { try baseAfterDeletion($0).text() }
      }
      _ = try await transaction.query(
        RowStore.rowsGone(
          mine.map(\.rowKey), labels: mine.map { $0.lastLabel }, bases: bases,
          times: mine.map(\.job.createdAt), releases: releases),
        doing: "ending the links of \(mine.count) deleted rows")
      return finished.filter { heldIDs.contains($0.id) }.map { ($0, .done) }
    }
    let goneRows = Set(gone.map(\.rowKey))
    return items.map { item in
      var item = item
      if goneRows.contains(item.rowKey) { item.link = nil }
      return item
    }
  }
}
