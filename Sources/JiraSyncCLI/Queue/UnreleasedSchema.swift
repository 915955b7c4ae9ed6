import Postgres
import Schema

/// The schema of the development versions before the first release; it cannot be migrated.
enum UnreleasedSchema {
  /// The version of its first migration.
  static let version = "20261122000001"

  /// Whether versions that a database has are those of that schema.
  ///
  /// - Parameters:
  ///   - applied: the versions that the database has.
  ///   - known: the versions of this program.
  /// - Returns: true for the unreleased schema.
  static func isAmong(
    _ applied: Set<String>, known: [String] = Schema.migrations.map(\.version)
  ) -> Bool {
    applied.contains(version) && !known.contains(version)
  }

  /// Refuses a database that has it.
  ///
  /// - Parameters:
  ///   - connection: to the database.
  ///   - database: for the message.
  /// - Throws: `CommandFailure` (78) with what to do, `PostgresError`.
  static func refuse(_ connection: PostgresConnection, database: String) async throws {
    let applied = try await SchemaCheck(connection: connection, database: database).applied()
    if isAmong(applied ?? []) { throw refusal(database) }
  }

  /// What the user reads, and exit code 78.
  static func refusal(_ database: String) -> CommandFailure {
    CommandFailure(
      .configuration,
      """
      \(database) has the schema jira_sync of an unreleased version, which cannot be updated. Nothing was changed. Install \
      the schema anew and keep the links:
        1. stop all workers
        2. jira-sync migrate --save-links links.jsonl
        3. psql "$DATABASE_URL" -c 'drop schema jira_sync cascade'
        4. jira-sync migrate
        5. jira-sync migrate --restore-links links.jsonl
      After that, `jira-sync sync --all --dry-run` shows 0 writes.
      """)
  }
}
