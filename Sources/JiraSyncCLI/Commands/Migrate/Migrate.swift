import ArgumentParser
import JSON
import Logging
import Postgres
import Schema
import SyncConfiguration

/// `jira-sync migrate`.
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Installs or updates the schema in the database.",
    discussion: """
      Applies the migrations that the database does not have yet, then the files of functions that \
      changed, each in a transaction. They are part of this program. Needs DATABASE_URL, and no \
      more rights than the owner of the database has.

      --export writes them as time-stamped files for `supabase db push` or psql instead. \
      --save-links and --restore-links carry the links, their bases and the open conflicts over to \
      a schema that is installed anew.

      Examples:
        jira-sync migrate
        jira-sync migrate --status --json
        jira-sync migrate --export supabase/migrations
        jira-sync migrate --save-links links.jsonl
      """)

  @Flag(help: "List the migrations and change nothing.")
  var status = false

  @Option(
    help: ArgumentHelp(
      "Write what neither the database nor this folder has as SQL files, and change nothing in the database.",
      valueName: "dir"))
  var export: String?

  @Option(
    help: ArgumentHelp(
      "Write links, bases and open conflicts to this new file, and change nothing.",
      valueName: "file"))
  var saveLinks: String?

  @Option(
    help: ArgumentHelp(
      "Read a file of --save-links into a schema that has no links.", valueName: "file"))
  var restoreLinks: String?

  @Flag(help: "Write JSON.")
  var json = false

  @OptionGroup(title: "Common options")
  var common: CommonOptions

  func validate() throws {
    let chosen = [
      status ? "--status" : nil, export.map { _ in "--export" },
      saveLinks.map { _ in "--save-links" }, restoreLinks.map { _ in "--restore-links" },
    ].compactMap { $0 }
    if chosen.count > 1 {
      throw ValidationError("\(chosen.joined(separator: " and ")) exclude each other; give one")
    }
  }

  func run() async throws {
    let settings = try common.settings()
    let logger = settings.logger(label: "jira-sync.migrate")
    let database = try settings.database()
    // Said before the database is asked for anything.
    let archive = try restoreLinks.map { path throws(LinkArchiveError) in
      try LinkArchiveReader(path: path)
    }
    try await withDatabase(database, logger: logger) { connection in
      if let saveLinks {
        return try await save(to: saveLinks, connection, "\(database)")
      }
      try await UnreleasedSchema.refuse(connection, database: "\(database)")
      if status {
        try show(try await Schema.migrator.status(on: connection))
      } else if let export {
        try await write(to: ExportFolder(path: export), connection, logger)
      } else if let archive {
        try await SchemaCheck(connection: connection, database: "\(database)").check()
        let counts = try await LinkRestore(connection: connection).restore(archive)
        report(counts, "restored", "from", archive.path)
      } else {
        try await apply(connection, logger)
      }
    }
  }

  private func apply(_ connection: PostgresConnection, _ logger: Logger) async throws {
    try await checkDatabase(connection)
    // The log would say again what the report below says.
    var quiet = logger
    quiet.logLevel = max(logger.logLevel, .notice)
    let installation = Installation(connection: connection)
    let before = try await installation.findings()
    if before.contains(where: \.isRepairable) { try await installation.forgetFunctions() }
    let applied = try await Schema.migrator.apply(on: connection, logger: quiet)
    let left = try await installation.findings()
    let report = MigrationReport(
      applied: applied, repaired: before.filter { !left.contains($0) }, left: left,
      missingColumns: try await missingColumns(on: connection))
    StandardStream.output.write(json ? report.json.printable : report.text)
    if let warning = report.warning { StandardStream.error.write(warning) }
  }

  private func show(_ status: SchemaStatus) throws {
    let list = MigrationList(status: status)
    StandardStream.output.write(json ? list.json.printable : list.text)
    if let edited = list.edited {
      throw CommandFailure(
        .failed,
        "migration \(edited): the file was changed after it had been applied to this database; "
          + "put it back as it was and write a new migration")
    }
  }

  private func write(
    to folder: ExportFolder, _ connection: PostgresConnection, _ logger: Logger
  ) async throws {
    let files = try await Schema.migrator.export(
      on: connection, folder: try folder.files(), now: .now, logger: logger)
    let paths = try folder.write(files)
    if json {
      let object: JSON = ["written": .array(paths.map(JSON.string))]
      StandardStream.output.write(object)
    } else if paths.isEmpty {
      StandardStream.output.write(
        "nothing to write: the database or \(folder.path) has all \(MigrationReport.count)")
    } else {
      StandardStream.output.write(paths.map { "wrote \($0)" }.joined(separator: "\n"))
    }
  }

  private func save(
    to path: String, _ connection: PostgresConnection, _ database: String
  ) async throws {
    let counts = try await LinkArchiveWriter(path: path).write(from: connection, database: database)
    report(counts, "saved", "to", path)
  }

  private func report(_ counts: LinkArchiveCounts, _ done: String, _ to: String, _ path: String) {
    StandardStream.output.write(
      json ? counts.json(file: path).printable : "\(done) \(counts.text) \(to) \(path)")
  }
}
