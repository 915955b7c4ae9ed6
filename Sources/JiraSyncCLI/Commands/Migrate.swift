import ArgumentParser
import JSON
import Logging
import Postgres
import Schema

/// `jira-sync migrate`.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Installs or updates the schema in the database.",
    discussion: """
      Applies the migrations that the database does not have yet, each in a transaction. The \
      migrations are part of this program. Needs DATABASE_URL, and no more rights than the owner \
      of the database has.

      Examples:
        jira-sync migrate
        jira-sync migrate --status --json
      """)

  @Flag(help: "List the migrations and change nothing.")
  var status = false

  @Flag(help: "Write JSON.")
  var json = false

  @OptionGroup(title: "Common options")
  var common: CommonOptions

  func run() async throws {
    let settings = try common.settings()
    let logger = settings.logger(label: "jira-sync.migrate")
    let migrator = Migrator(migrations: Schema.migrations)
    try await withDatabase(try settings.database(), logger: logger) { connection in
      if status {
        try show(try await migrator.status(on: connection))
      } else {
        try await Self.checkDatabase(connection)
        // The log would say again what the report below says.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .notice)
        let report = MigrationReport(
          applied: try await migrator.apply(on: connection, logger: quiet),
          total: Schema.migrations.count,
          missingColumns: try await Self.missingColumns(on: connection))
        StandardStream.output.write(json ? report.json.text : report.text)
        if let warning = report.warning { StandardStream.error.write(warning) }
      }
    }
  }

  private func show(_ statuses: [MigrationStatus]) throws {
    let list = MigrationList(statuses: statuses)
    StandardStream.output.write(json ? list.json.text : list.text)
    if let edited = list.edited {
      throw CommandFailure(
        .failed,
        "migration \(edited): the file was changed after it had been applied to this database; "
          + "put it back as it was and write a new migration")
    }
  }

  /// What no migration could put right, and what would otherwise fail in the middle of them.
  private static func checkDatabase(_ connection: PostgresConnection) async throws {
    let row = try await connection.query(
      """
      select current_database()::text as name, current_setting('server_encoding') as encoding,
        (
          select format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute as a
          where a.attrelid = to_regclass('public.file_audit') and a.attname = 'id' and not a.attisdropped
            and a.atttypid not in ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype)
        ) as id_type
      """, doing: "looking at the database"
    ).one
    let encoding: String = try row.get("encoding")
    guard encoding == "UTF8" else {
      throw CommandFailure(
        .failed,
        "database \(try row.get("name", as: String.self)) is encoded in \(encoding), which cannot hold every text of JIRA. "
          + "Make one with: create database … encoding 'UTF8' template template0")
    }
    if let type = try row.get("id_type", as: String?.self) {
      throw CommandFailure(
        .failed,
        "public.file_audit.id is of type \(type), and links and jobs name rows by a number. Give the table a numeric id, "
          + "such as: bigint generated always as identity")
    }
  }

  private static func missingColumns(
    on connection: PostgresConnection
  ) async throws(PostgresError) -> [String] {
    try await connection.query(
      "select jira_sync.missing_columns() as missing",
      doing: "looking for the columns of public.file_audit"
    ).one.get("missing")
  }
}
