import JSON
import Postgres

/// What the database remembers of the fields as they were last synced.
struct LastSync {
  /// The ids of JIRA's fields, by field of the mapping.
  var fieldIDs: [String: String] = [:]
  /// An issue that a row is linked with.
  var issueID: String?

  /// Reads it.
  ///
  /// - Throws: `PostgresError`.
  static func read(on connection: PostgresConnection) async throws -> LastSync {
    let row = try await connection.query(
      """
      select (select s.mapping::text from jira_sync.site as s) as mapping,
        (select l.issue_id from jira_sync.links as l
          where l.state = 'linked' order by l.id desc limit 1) as issue
      """, doing: "reading what was synced last"
    ).one
    var last = LastSync(issueID: try row.get("issue", as: String?.self))
    guard let text = try row.get("mapping", as: String?.self) else { return last }
    for field in try JSON(parsing: text)["fields"]?.array ?? [] {
      if let name = field["name"]?.string, let id = field["jira_field"]?.string, !id.isEmpty {
        last.fieldIDs[name] = id
      }
    }
    return last
  }
}
