import JobQueue
import Postgres

extension RowWork {
  /// Tries jobs again whose rows are not there though nobody deleted them.
  ///
  /// A row-level policy may hide them, or their deletion may be on its way behind these jobs, which then ends the links.
  func wait(forRowsOf items: [WorkItem]) async throws {
    let rows = items.map(\.rowID)
    let going = Set(
      try await database.query(
        """
        select distinct j.file_audit_id from jira_sync.jobs as j
        where j.file_audit_id = any(\(rows)::bigint[]) and j.state = 'ready' and j.args ? 'deleted'
        """, doing: "looking whether rows were deleted meanwhile"
      ).rows.map { try $0.get("file_audit_id", as: Int64.self) })
    try await run.settle(items.filter { going.contains($0.rowID) }.map { ($0.job, .done) })
    let hidden = items.filter { !going.contains($0.rowID) && run.isOpen($0.job) }
    guard !hidden.isEmpty else { return }
    let failures = hidden.map { item in
      (
        item: item,
        text: """
        file_audit: the row with id \(item.rowID) cannot be seen by this role, and no trigger told of its deletion: look \
        at its row-level policies (jira-sync doctor)
        """
      )
    }
    for failure in failures {
      tally.failed(failure.item.rowID)
      warn("\(failure.item.filePath) is not synced", failure.text, failure.item.job)
    }
    try await run.write(for: hidden.map(\.job), doing: "noting that rows cannot be seen") {
      [run] transaction, held in
      let heldIDs = Set(held.map(\.id))
      let mine = failures.filter { heldIDs.contains($0.item.job.id) }
      _ = try await transaction.query(
        RowStore.failing(mine.map { ($0.item.rowID, $0.text, false) }),
        doing: "noting that rows cannot be seen")
      return mine.map {
        ($0.item.job, .retry($0.text, after: run.retryDelay($0.item.job)))
      }
    }
  }
}
