import JobQueue
import Postgres

/// Treats jobs whose rows are not there, though no trigger reported their deletion.
struct MissingRows: RowRunPart {
  let context: RowContext

  /// A row-level policy may hide them, or their deletion may be on its way behind these jobs, which then ends the links.
  func wait(forRowsOf items: [WorkItem]) async throws {
    let keys = items.map(\.rowKey.jobKey)
    let going = Set(
      try await database.query(
        """
        select distinct j.table_name, j.row_id from jira_sync.jobs as j
        where j.key = any(\(keys)::text[]) and j.state = 'ready' and j.args ? 'deleted'
        """, doing: "looking whether rows were deleted meanwhile"
      ).rows.map { RowKey(table: try $0.get("table_name"), id: try $0.get("row_id")) })
    try await run.settle(items.filter { going.contains($0.rowKey) }.map { ($0.job, .done) })
    let hidden = items.filter { !going.contains($0.rowKey) && run.isOpen($0.job) }
    guard !hidden.isEmpty else { return }
    let failures = hidden.map { item in
      (
        item: item,
        text: item.isHidden
          ? """
          \(item.rowKey.table): the row with id \(item.rowKey.id) cannot be seen by this role: look at its row-level \
          policies (jira-sync doctor)
          """
          : """
          \(item.rowKey.table): the row with id \(item.rowKey.id) is not there, and no trigger told of its deletion
          """
      )
    }
    try await fail(failures, doing: "noting that rows cannot be seen") { [run] job, text in
      .retry(text, after: run.retryDelay(job))
    }
  }
}
