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
    try await fail(failures, doing: "noting that rows cannot be seen") { [run] job, text in
      .retry(text, after: run.retryDelay(job))
    }
  }
}
