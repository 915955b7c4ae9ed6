import JSON
import Jira
import JobQueue
import Postgres

extension RowWork {
  /// Ends the links of rows that a trigger reported as deleted.
  ///
  /// A row that took the id of a deleted one is a new row, unless it has the path of the one that was linked: then it is the
  /// same file, loaded again, and keeps its issue.
  ///
  /// - Returns: the items that are left to do, with their links as they are now.
  func settleDeletions(_ items: [WorkItem]) async throws -> [WorkItem] {
    let deleted = items.filter { $0.deletedRow != nil }
    guard !deleted.isEmpty else { return items }
    let gone = deleted.filter { item in
      guard item.link != nil else { return false }
      let linkedPath = item.deletedRow?["file_path"]?.string ?? item.link?.filePath
      return item.row?["file_path"]?.string != linkedPath
    }
    let finished = deleted.filter { $0.row == nil }.map(\.job)
    try await run.write(for: deleted.map(\.job), doing: "ending the links of deleted rows") {
      transaction, held in
      let heldIDs = Set(held.map(\.id))
      let rows = gone.filter { heldIDs.contains($0.job.id) }.map(\.rowID)
      _ = try await transaction.query(
        RowStore.rowsGone(rows), doing: "ending the links of \(rows.count) deleted rows")
      return finished.filter { heldIDs.contains($0.id) }.map { ($0, .done) }
    }
    let goneRows = Set(gone.map(\.rowID))
    return items.map { item in
      var item = item
      if goneRows.contains(item.rowID) { item.link = nil }
      return item
    }
  }
}
