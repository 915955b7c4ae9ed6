import Postgres
import Schema

/// Whether the database has what this program needs.
struct SchemaCheck {
  let connection: PostgresConnection
  /// The database for messages, without secrets.
  let database: String

  /// The migrations of this program that the database does not have yet; nil where it has no schema at all.
  func pending() async throws -> [String]? {
    let applied: Set<String>
    do {
      let rows = try await connection.query(
        "select version from jira_sync.migrations", doing: "reading the version of the schema"
      ).rows
      applied = Set(try rows.map { row in try row.get("version") })
    } catch let error as PostgresError where ["3F000", "42P01"].contains(error.sqlState) {
      return nil
    }
    return Schema.migrations.filter { !applied.contains($0.version) }.map(\.file)
  }

  /// Makes sure of it.
  ///
  /// - Throws: `CommandFailure` with what to do, `PostgresError`.
  func check() async throws {
    guard let pending = try await pending() else {
      throw CommandFailure(
        .failed, "\(database) has no schema jira_sync. Install it with: jira-sync migrate")
    }
    guard let first = pending.first else { return }
    throw CommandFailure(
      .failed,
      "the schema jira_sync of \(database) is older than this program: \(pending.count) "
        + "migrations are missing, the first is \(first). Update it with: jira-sync migrate")
  }
}
