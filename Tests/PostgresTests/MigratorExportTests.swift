import Foundation
import Postgres
import TestSupport
import Testing

/// Exported files, applied by psql.
@Suite(.requiresPostgres) struct MigratorExportTests {
  private let base = [Books.base]
  private let now = MigrationStamp(secondsSince1970: 1_800_000_000)
  private let functions = [
    Books.function(
      "10_queue",
      "create or replace function books.one() returns int language sql as $$ select 1 $$;"
    ), Books.function("90_rights"),
  ]

  /// Applies files as users do, each in one transaction or statement by statement.
  private func psql(_ files: [ExportedFile], _ database: TestDatabase, _ options: String)
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(error)") }
    }
    for file in files {
      try Data(file.text.utf8).write(to: folder.appending(path: file.name))
    }
    _ = try await bash(
      "for file in \"$1\"/*.sql; do psql -X -q -v ON_ERROR_STOP=1 \(options) -d \"$2\" -f \"$file\"; done",
      folder.path, database.conninfo)
  }

  @Test(arguments: ["", "-1"])
  func `what psql applied is up to date, and nothing is exported again`(options: String)
    async throws
  {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let migrator = Books.migrator(base, functions)
      let files = try await migrator.export(on: connection, folder: [], now: now)
      #expect(files.count == 3)
      #expect(
        try await migrator.export(on: connection, folder: files, now: now).isEmpty)
      try await psql(files, database, options)
      #expect(try await migrator.apply(on: connection).isEmpty)
      let status = try await migrator.status(on: connection)
      #expect(status.migrations.map(\.state) == [.applied])
      #expect(status.functions.map(\.state) == [.applied, .applied])
      #expect(try await migrator.export(on: connection, folder: files, now: now).isEmpty)
      #expect(try await migrator.export(on: connection, folder: [], now: now).isEmpty)
      await connection.close()
    }
  }

  @Test func `an upgrade is exported beside the user's own files and applied in order`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      _ = try await Books.migrator(base, functions).apply(on: connection)
      _ = try await Books.runs(connection)
      let second = Books.migration(
        "20260101000002", "second", "create table books.second (id int);")
      let newer = Books.migrator(base + [second], functions)
      let own = ExportedFile(name: "20991231235959_own.sql", text: "create table own (id int);")
      let files = try await newer.export(on: connection, folder: [own], now: now)
      #expect(
        files.map(\.name) == [
          "21000101000000_jira_sync_second.sql", "21000101000001_jira_sync_functions_10_queue.sql",
          "21000101000002_jira_sync_functions_90_rights.sql",
        ])
      // The first file alone: the functions that may need it are known to be missing.
      try await psql([own, files[0]], database, "")
      #expect(
        try await newer.status(on: connection).functions.map(\.state) == [.changed, .changed])
      try await psql(Array(files.dropFirst()), database, "")
      #expect(try await Books.runs(connection) == ["10_queue", "90_rights"])
      #expect(try await newer.apply(on: connection).isEmpty)
      await connection.close()
    }
  }

  @Test func `exporting from a newer database warns and writes no functions`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let second = Books.migration("20260101000002", "second", "")
      _ = try await Books.migrator(base + [second], functions).apply(on: connection)
      let log = LogLines()
      let older = Books.migrator(base, [Books.function("10_queue", "-- old")])
      #expect(
        try await older.export(on: connection, folder: [], now: now, logger: log.logger).isEmpty)
      #expect(log.lines.count == 1)
      #expect(log.lines.first?.contains("20260101000002_second; no functions are written") == true)
      await connection.close()
    }
  }
}
