import Postgres
import SyncEngine

/// The rows that something stands in the way of.
enum RowErrors {
  /// Reads them, by their labels.
  ///
  /// - Parameters:
  ///   - limit: how many at the most.
  ///   - session: the database.
  /// - Returns: a record for each row.
  /// - Throws: `PostgresError`.
  static func read(limit: Int, _ session: QueueSession) async throws -> [Record] {
    try await session.records(
      """
      select l.table_name, l.row_id, to_jsonb(f) ->> 'file_number' as file_number, l.label, l.issue_key, l.state,
        l.last_error
      from jira_sync.links as l
      left join public.file_audit as f on \(AuditTable.isRow(of: "l"))
      where l.last_error is not null and l.state <> 'row_gone'
      order by l.label
      limit \(limit)::bigint
      """, doing: "reading which rows have an error")
  }

  static func table(_ rows: [Record]) -> TextTable {
    var table = TextTable([
      .init("ROW"), .init("PATH"), .init("ISSUE"), .init("LINK"), .init("ERROR"),
    ])
    for row in rows {
      table.rows.append([
        .init(row.text("file_number") ?? row.text("row_id").map { "id:\($0)" }),
        .init(row.text("label")), .init(row.text("issue_key") ?? "–"),
        .init(row.text("state")), .init(row.text("last_error"), .red),
      ])
    }
    return table
  }
}
