import Postgres
import Schema

/// Whether the database has what this program needs.
struct SchemaCheck {
  let connection: PostgresConnection
  /// The database for messages, without secrets.
  let database: String

  /// The versions that the database has; nil where it has no schema at all.
  func applied() async throws -> Set<String>? {
    try await names("select version as name from jira_sync.migrations")
  }

  /// The files of this program that the database does not have yet.
  ///
  /// A function file that was changed is no obstacle: a worker of the version before goes on beside newer functions. Where
  /// psql applied the files, none is recorded.
  ///
  /// - Parameter applied: the versions that the database has.
  /// - Returns: their names, in the order in which they are applied.
  /// - Throws: `PostgresError`.
  func pending(beside applied: Set<String>) async throws -> [String] {
    let migrations = Schema.migrations.filter { !applied.contains($0.version) }.map(\.file)
    guard migrations.isEmpty, !Schema.functions.isEmpty else { return migrations }
    let functions = try await names("select name from jira_sync.repeatable_migrations") ?? []
    guard !functions.isEmpty else { return [] }
    return Schema.functions.filter { !functions.contains($0.name) }.map(\.file)
  }

  /// Makes sure of it.
  ///
  /// - Throws: `CommandFailure` with what to do, `PostgresError`.
  func check() async throws {
    guard let applied = try await applied() else {
      throw CommandFailure(
        .failed, "\(database) has no schema jira_sync. Install it with: jira-sync migrate")
    }
    if UnreleasedSchema.isAmong(applied) { throw UnreleasedSchema.refusal(database) }
    let pending = try await pending(beside: applied)
    guard let first = pending.first else { return }
    throw CommandFailure(
      .failed,
      "the schema jira_sync of \(database) is older than this program: \(pending.count) "
        + "migrations are missing, the first is \(first). Update it with: jira-sync migrate")
  }

  /// The values of one column; nil where there is no such table.
  private func names(_ sql: SQL) async throws -> Set<String>? {
    do {
      let rows = try await connection.query(sql, doing: "reading the version of the schema").rows
      return Set(try rows.map { row in try row.get("name") })
    } catch let error as PostgresError where ["3F000", "42P01"].contains(error.sqlState) {
      return nil
    }
  }
}
