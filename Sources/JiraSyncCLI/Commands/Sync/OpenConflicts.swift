import JobQueue
import Postgres

/// The open conflicts of rows, with the commands that decide them.
enum OpenConflicts {
  /// The most that are listed.
  private static let limit = 10

  /// Reads them.
  ///
  /// - Parameters:
  ///   - rows: the rows.
  ///   - session: the database.
  /// - Returns: a line for each; the last one says how many more there are.
  /// - Throws: `PostgresError`.
  static func lines(of rows: [RowKey], session: QueueSession) async throws -> [String] {
    let found = try await session.query(
      """
      select c.id, c.field, coalesce(c.issue_key, c.table_name || ':' || c.row_id) as name
      from jira_sync.conflicts as c
      inner join unnest(\(rows.map(\.table))::text[], \(rows.map(\.id))::text[]) as u (table_name, row_id)
        on u.table_name = c.table_name and u.row_id = c.row_id
      where c.winner = 'open' and c.resolved_at is null order by c.id
      """, doing: "reading open conflicts"
    ).rows
    let lines = try found.prefix(limit).map { row in
      let id = try row.get("id", as: Int64.self)
      let (field, name) = (
        try row.get("field", as: String.self), try row.get("name", as: String.self)
      )
      return
        "\(name): \(field) waits for your decision: jira-sync conflicts resolve \(id) --row (or --jira)"
        .onOneLine
    }
    guard found.count > limit else { return lines }
    return lines + ["… and \(found.count - limit) more; see: jira-sync conflicts"]
  }
}
