import Postgres

/// The rows that something stands in the way of.
enum RowErrors {
  /// Reads them, by their paths.
  ///
  /// - Parameters:
  ///   - limit: how many at the most.
  ///   - session: the database.
  /// - Returns: a record for each row.
  /// - Throws: `PostgresError`.
  static func read(limit: Int, _ session: QueueSession) async throws -> [Record] {
    try await session.records(
      """
      select l.file_audit_id, to_jsonb(f) ->> 'file_number' as file_number, l.file_path, l.issue_key, l.state,
        l.last_error
      from jira_sync.links as l
      left join public.file_audit as f on f.id = l.file_audit_id
      where l.last_error is not null and l.state <> 'row_gone'
      order by l.file_path
      limit \(limit)::bigint
      """, doing: "reading which rows have an error")
  }

  static func table(_ rows: [Record]) -> TextTable {
    var table = TextTable([
      .init("ROW"), .init("PATH"), .init("ISSUE"), .init("LINK"), .init("ERROR"),
    ])
    for row in rows {
      table.rows.append([
        .init(row.text("file_number") ?? row.text("file_audit_id").map { "id:\($0)" }),
        .init(row.text("file_path")), .init(row.text("issue_key") ?? "–"),
        .init(row.text("state")), .init(row.text("last_error"), .red),
      ])
    }
    return table
  }
}
