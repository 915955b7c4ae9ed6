import Postgres

/// A table whose rows a file of saved links has, one JSON object a line: `{"link": {…}}`.
struct ArchivedTable: Sendable {
  /// The member's name in the file.
  let kind: String
  /// The table's name in `jira_sync`.
  let name: String
  /// The only columns that are saved; nil is all but `without`.
  var only: Set<String>?
  /// Columns that mean nothing in another installation.
  var without: Set<String> = []
  /// Columns of the unreleased schema and what they are called since.
  var renamed: [String: String] = [:]
  /// Which rows.
  var condition: SQL = "true"
  /// What happens where the row is there already.
  var onConflict: SQL = ""

  /// All of them, in the order in which they are saved.
  static let all: [ArchivedTable] = [site, polls, links, conflicts]

  static let site = ArchivedTable(
    kind: "site", name: "site", only: ["base_url", "project_key", "deployment"],
    onConflict: "on conflict do nothing")

  static let polls = ArchivedTable(
    kind: "poll", name: "polls", only: ["project_key", "watermark", "absolute_time"],
    onConflict: """
      on conflict (project_key) do update
      set watermark = excluded.watermark, absolute_time = excluded.absolute_time
      """)

  static let links = ArchivedTable(
    kind: "link", name: "links", without: ["id"],
    renamed: [
      "file_path": "label", "looks": "creation_lookups", "farewell": "deletion_action",
      "turns": "side_changes",
    ])

  /// A job's id means another job, or none, in another installation.
  static let conflicts = ArchivedTable(
    kind: "conflict", name: "conflicts", without: ["id", "job_id"],
    condition: "winner in ('open', 'nobody') and applied_at is null")

  /// The statement that saves the rows.
  ///
  /// - Parameter columns: what the table has.
  /// - Returns: a statement with one column `line`; nil where there is nothing to save.
  func selection(of columns: [String]) -> SQL? {
    let saved = columns.filter { only?.contains($0) ?? !without.contains($0) }
    guard var list = saved.first.map(expression) else { return nil }
    for column in saved.dropFirst() { list = "\(list), \(expression(column))" }
    let order: SQL = columns.contains("id") ? "order by id" : ""
    return """
      select pg_catalog.jsonb_build_object(\(kind)::text, pg_catalog.to_jsonb(r))::text as line
      from (select \(list) from jira_sync.\(identifier: name) where \(condition) \(order)) as r
      """
  }

  private func expression(_ column: String) -> SQL {
    // The unreleased schema knew one table, whose key was a number.
    if column == "file_audit_id" {
      return "'file_audit'::text as table_name, file_audit_id::text as row_id"
    }
    // It called an open conflict one that was won by 'nobody'.
    if column == "winner" {
      return "case winner when 'nobody' then 'open' else winner end as winner"
    }
    return "\(identifier: column) as \(identifier: renamed[column] ?? column)"
  }

  /// The statement that restores rows.
  ///
  /// - Parameters:
  ///   - columns: the members that each of the rows has, all of them columns of the table.
  ///   - rows: a JSON array of the file's lines.
  /// - Returns: the statement.
  func insertion(of columns: [String], rows: String) -> SQL {
    var list: SQL = ""
    for (index, column) in columns.enumerated() {
      list = index == 0 ? "\(identifier: column)" : "\(list), \(identifier: column)"
    }
    return """
      insert into jira_sync.\(identifier: name) (\(list))
      select \(list)
      from pg_catalog.jsonb_array_elements(\(rows)::jsonb) with ordinality as line (record, number)
      cross join lateral pg_catalog.jsonb_populate_record(
        null::jira_sync.\(identifier: name), line.record -> \(kind)::text
      ) as r
      order by line.number
      \(onConflict)
      """
  }

  /// The columns of the table that can be written; empty where there is no such table.
  func columns(in transaction: PostgresTransaction) async throws(PostgresError) -> [String] {
    let rows = try await transaction.query(
      """
      select a.attname::text as name
      from pg_catalog.pg_attribute as a
      join pg_catalog.pg_class as c on c.oid = a.attrelid
      join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
      where n.nspname = 'jira_sync' and c.relname = \(name) and a.attnum > 0
        and not a.attisdropped and a.attgenerated = ''
      order by a.attnum
      """, doing: "looking at jira_sync.\(name)"
    ).rows
    return try rows.map { row throws(PostgresError) in try row.get("name") }
  }
}
