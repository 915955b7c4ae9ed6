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

  private static func missingColumns(
    on connection: PostgresConnection
  ) async throws(PostgresError) -> [String] {
    try await connection.query(
      "select jira_sync.missing_columns() as missing",
      doing: "looking for the columns of public.file_audit"
    ).one.get("missing")
  }
}
