import Foundation
import Postgres
import Schema
import TestSupport
import Testing

/// The ways to install lead to one schema.
@Suite(.requiresPostgres) struct InstallationTests {
  @Test func `psql, migrate and exported files make the same schema`() async throws {
    let migrated = try await dump { _, connection in
      _ = try await Schema.migrator.apply(on: connection)
    }
    let typed = try await dump { database, _ in
      try await psql(
        database,
        Schema.migrations.map { ExportedFile(name: $0.file, text: $0.sql) }
          + Schema.functions.map { ExportedFile(name: $0.file, text: $0.sql) })
    }
    let exported = try await dump { database, connection in
      let files = try await Schema.migrator.export(
        on: connection, folder: [], now: MigrationStamp(secondsSince1970: 1_800_000_000))
      #expect(files.count == Schema.migrations.count + Schema.functions.count)
      try await psql(database, files)
    }
    #expect(migrated.count > 1_000)
    #expect(typed.difference(from: migrated).isEmpty)
    #expect(exported.difference(from: migrated).isEmpty)
  }

  /// Broken variant of the comparison: without a file, the dumps differ.
  @Test func `a file that was left out shows`() async throws {
    let migrated = try await dump { _, connection in
      _ = try await Schema.migrator.apply(on: connection)
    }
    let typed = try await dump(isComplete: false) { database, _ in
      try await psql(
        database,
        Schema.migrations.map { ExportedFile(name: $0.file, text: $0.sql) }
          + Schema.functions.dropLast().map { ExportedFile(name: $0.file, text: $0.sql) })
    }
    #expect(!typed.difference(from: migrated).isEmpty)
  }

  /// Applies files in their order as people do, each in one transaction.
  private func psql(_ database: TestDatabase, _ files: [ExportedFile]) async throws {
    try await withFolder { folder in
      for (number, file) in files.enumerated() {
        let name = "\(100 + number)_\(file.name.replacing("/", with: "_"))"
        try Data(file.text.utf8).write(to: folder.appending(path: name))
      }
      try await bash(
        #"for file in "$1"/*; do psql -X -q -1 -v ON_ERROR_STOP=1 -d "$2" -f "$file"; done"#,
        folder.path, database.conninfo)
    }
  }

  /// Installs into an empty database; returns the lines of `pg_dump -s`.
  private func dump(
    isComplete: Bool = true, _ install: (TestDatabase, PostgresConnection) async throws -> Void
  ) async throws -> [Substring] {
    try await withDatabase(migrated: false) { (database: TestDatabase) -> [Substring] in
      let connection = try await database.connect()
      try await install(database, connection)
      let problems = try await connection.query(
        "select * from jira_sync.inspect()", doing: "inspecting")
      #expect(problems.rows.isEmpty == isComplete)
      await connection.close()
      return try await bash(#"pg_dump -s -d "$1""#, database.superuserConninfo)
        .split(separator: "\n")
        // Each dump has another key there.
        .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
    }
  }
}
