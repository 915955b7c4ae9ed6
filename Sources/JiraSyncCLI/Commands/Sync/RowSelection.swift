import Postgres

/// Which rows a sync is about.
struct RowSelection: Sendable {
  /// Rows by name.
  var names: [String]
  /// All rows that have, had or should have an issue.
  var all: Bool
  /// Conditions that all must hold; implies all.
  var conditions: [RowCondition]
  var limit: Int?

  /// Whether the rows were chosen by a rule, not by name.
  var isBulk: Bool { names.isEmpty }

  /// The rows.
  ///
  /// - Parameter session: the database.
  /// - Returns: the rows, in the order of their ids unless they were named.
  /// - Throws: `CommandFailure` for unknown rows and columns, `PostgresError`.
  func rows(_ session: QueueSession) async throws -> [FoundRow] {
    let finder = RowFinder(session: session)
    if !isBulk {
      let found = try await finder.find(names)
      return limit.map { Array(found.prefix($0)) } ?? found
    }
    try await checkColumns(session)
    var condition: SQL = "(f.has_technical_debt or l.id is not null)"
    for part in conditions { condition = "\(condition) and \(part.sql)" }
    return try await finder.rows(condition, limit: limit)
  }

  private func checkColumns(_ session: QueueSession) async throws {
    guard !conditions.isEmpty else { return }
    let known = try await session.query(
      """
      select a.attname::text as name from pg_catalog.pg_attribute as a
      where a.attrelid = 'public.file_audit'::regclass and a.attnum > 0 and not a.attisdropped
      order by a.attnum
      """, doing: "reading the columns of file_audit"
    ).rows.map { row in try row.get("name", as: String.self) }
    for condition in conditions where !known.contains(condition.column) {
      throw CommandFailure(
        .failed,
        "--where: public.file_audit has no column '\(condition.column)'; it has \(known.joined(separator: ", "))"
      )
    }
  }
}
