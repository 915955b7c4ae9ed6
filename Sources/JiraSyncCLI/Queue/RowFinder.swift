import JobQueue
import Postgres
import SyncEngine

/// Finds the rows that a command line names: by file number, by path, or by `id:42`.
struct RowFinder {
  let session: QueueSession

  /// The columns of a found row, of `file_audit` as `f` and `links` as `l`.
  private static let columns: SQL = """
    f.id::text as id, to_jsonb(f) ->> 'file_number' as file_number, f.file_path as file_path,
    coalesce(f.has_technical_debt, false) as has_debt, l.state as state, l.issue_key as issue_key,
    case when jsonb_typeof(to_jsonb(f) -> 'jira_tickets') = 'array'
      then jsonb_array_length(to_jsonb(f) -> 'jira_tickets') else 0 end as tickets
    """

  /// All rows that a text may mean.
  private func candidates(_ text: String) async throws -> [FoundRow] {
    if text.hasPrefix("id:"), let id = Int64(text.dropFirst(3)) {
      return try await rows(AuditTable.isRow(RowKey(id: String(id))))
    }
    let path = text.hasPrefix("./") ? String(text.dropFirst(2)) : text
    let hasNumbers =
      try await session.query(
        "select not 'file_number' = any(jira_sync.missing_columns()) as has_numbers",
        doing: "comparing the columns of file_audit"
      ).one.get("has_numbers", as: Bool.self)
    let byPath: SQL = "f.file_path = \(path)"
    guard hasNumbers else { return try await rows(byPath) }
    let exact = try await rows("f.file_number::text = \(text) or \(byPath)")
    guard exact.isEmpty, text.count < 4, !text.isEmpty,
      text.allSatisfy({ $0.isASCII && $0.isNumber })
    else { return exact }
    // 42 for 0042.
    let long = String(repeating: "0", count: 4 - text.count) + text
    return try await rows("f.file_number::text = \(long)")
  }

  /// Rows that meet a condition on `file_audit` as `f`.
  ///
  /// - Parameters:
  ///   - condition: the condition.
  ///   - limit: how many at the most.
  /// - Returns: the rows by their ids.
  /// - Throws: `PostgresError`.
  func rows(_ condition: SQL, limit: Int? = nil) async throws -> [FoundRow] {
    try await session.query(
      """
      select \(Self.columns)
      from public.file_audit as f
      left join jira_sync.links as l
        on l.table_name = \(RowKey.standardTable) and l.row_id = f.id::text and l.state <> 'row_gone'
      where \(condition)
      order by f.id limit \(limit)::bigint
      """, doing: "looking for rows"
    ).rows.map(Self.row)
  }

  private static func row(_ row: PostgresRow) throws -> FoundRow {
    FoundRow(
      key: RowKey(id: try row.get("id")),
      fileNumber: try row.get("file_number", as: String?.self),
      filePath: try row.get("file_path"), hasDebt: try row.get("has_debt"),
      linkState: try row.get("state", as: String?.self),
      issueKey: try row.get("issue_key", as: String?.self), tickets: try row.get("tickets"))
  }

  /// The rows that texts name, in their order, each once.
  ///
  /// - Parameter texts: file numbers, paths, or `id:42`.
  /// - Returns: the rows.
  /// - Throws: `CommandFailure` that names every text that means no row, or more than one.
  func find(_ texts: [String]) async throws -> [FoundRow] {
    var found: [FoundRow] = []
    var problems: [String] = []
    for text in texts {
      let candidates = try await candidates(text)
      if candidates.count == 1 {
        if !found.contains(candidates[0]) { found.append(candidates[0]) }
      } else if candidates.isEmpty {
        problems.append(try await unknown(text))
      } else {
        let list = candidates.prefix(5).map { "id:\($0.key.id) (\($0.label.onOneLine))" }
          .joined(separator: ", ")
        problems.append("'\(text.onOneLine)' names \(candidates.count) rows; say which: \(list)")
      }
    }
    guard problems.isEmpty else { throw CommandFailure(.failed, problems.joined(separator: "\n")) }
    return found
  }

  /// One row, which may have been deleted: then what its link remembers.
  func findOne(_ text: String) async throws -> FoundRow {
    let present = try await candidates(text)
    guard present.isEmpty else { return try await find([text])[0] }
    let id = text.hasPrefix("id:") ? String(text.dropFirst(3)) : nil
    let gone = try await session.query(
      """
      select l.row_id as id, l.label, l.state, l.issue_key from jira_sync.links as l
      where l.table_name = \(RowKey.standardTable)
        and (l.label = \(text) or l.issue_key = \(text) or l.row_id = \(id)::text)
      order by l.id desc limit 1
      """, doing: "looking for rows that were deleted"
    ).rows.first
    guard let gone else { throw CommandFailure(.failed, try await unknown(text)) }
    let key = RowKey(id: try gone.get("id"))
    // By the key of its issue.
    if let row = try await rows(AuditTable.isRow(key)).first { return row }
    return FoundRow(
      key: key, fileNumber: nil, filePath: try gone.get("label"), hasDebt: false,
      linkState: try gone.get("state"), issueKey: try gone.get("issue_key", as: String?.self),
      tickets: 0, exists: false)
  }

  private func unknown(_ text: String) async throws -> String {
    let near = try await session.query(
      """
      select f.file_path as path from public.file_audit as f
      where length(\(text)) > 2 and strpos(lower(f.file_path), lower(\(text))) > 0
      order by f.file_path limit 3
      """, doing: "looking for rows"
    ).rows.map { row in try row.get("path", as: String.self) }
    let shown = text.onOneLine
    if text.hasPrefix("id:") {
      return Int64(text.dropFirst(3)) == nil
        ? "'\(shown)' is no row id: id: takes a number, such as id:42"
        : "no row of public.file_audit has the id \(shown.dropFirst(3))"
    }
    if text.contains(/^[A-Za-z][A-Za-z0-9_]*-[0-9]+$/) {
      return
        "'\(shown)' is the key of an issue, and no row is linked with it. See: select row_id, issue_key from jira_sync.links"
    }
    let start = "no row of public.file_audit has the file number or path '\(shown)'"
    guard near.isEmpty else {
      return start + ". Near it: \(near.map(\.onOneLine).joined(separator: ", "))"
    }
    return start + ". See: select file_number, file_path from public.file_audit"
  }
}
