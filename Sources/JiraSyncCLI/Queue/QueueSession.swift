import JSON
import Logging
import Postgres
import Schema
import SyncConfiguration

/// A connection to a database whose schema is known to be there.
struct QueueSession: Sendable {
  let settings: Settings
  let connection: PostgresConnection
  let logger: Logger

  /// Reads records: each row of the statement is one JSON object in the column `record`.
  ///
  /// - Parameters:
  ///   - sql: a statement whose rows are the members of the objects.
  ///   - doing: what for, as a gerund.
  /// - Returns: the objects.
  /// - Throws: `PostgresError`.
  func records(_ sql: SQL, doing: String) async throws -> [Record] {
    try await connection.query(
      "select to_jsonb(r)::text as record from (\(sql)) as r", doing: doing
    ).rows.map { row in
      Record(try JSON(parsing: row.get("record", as: String.self)).object ?? [:])
    }
  }

  /// Runs one statement.
  @discardableResult
  func query(_ sql: SQL, doing: String) async throws(PostgresError) -> PostgresResult {
    try await connection.query(sql, doing: doing)
  }
}

/// Connects for a command that works on the queue, and makes sure that the schema is there and new enough.
///
/// - Parameters:
///   - common: the command's options.
///   - name: the command, for the log.
///   - body: what to do; the connection is closed after it.
/// - Returns: what the body returns.
/// - Throws: `CommandFailure` where the schema is missing or older than this program, what the body throws.
func withQueue<Value>(
  _ common: CommonOptions, _ name: String, _ body: (QueueSession) async throws -> Value
) async throws -> Value {
  let settings = try common.settings()
  // A file that was named has to be readable, also where this command needs nothing of it.
  if common.config != nil { _ = try settings.configText() }
  let logger = settings.logger(label: "jira-sync.\(name)")
  let database = try settings.database()
  return try await withDatabase(database, logger: logger) { connection in
    try await SchemaCheck(connection: connection, database: "\(database)").check()
    return try await body(
      QueueSession(settings: settings, connection: connection, logger: logger))
  }
}
