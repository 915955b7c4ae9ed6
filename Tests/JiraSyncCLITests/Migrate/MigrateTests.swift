import JSON
import Postgres
import Schema
import TestSupport
import Testing

@testable import JiraSyncCLI

/// `jira-sync migrate` against a real database.
@Suite(.requiresPostgres)
struct MigrateTests {
  private func withProgram(
    migrated: Bool, _ body: (Program, TestDatabase, [String: String]) async throws -> Void
  ) async throws {
    try await withDatabase(migrated: migrated) { database in
      try await Program.withFolder { program in
        try await body(program, database, ["DATABASE_URL": database.conninfo])
      }
    }
  }

  private func execute(_ sql: SQL, in database: TestDatabase) async throws {
    let connection = try await database.connect()
    _ = try await connection.query(sql, doing: "preparing a test")
    await connection.close()
  }

  @Test
  func `names each migration that it applies, and the next run finds nothing to do`() async throws {
    try await withProgram(migrated: false) { program, _, environment in
      let files = Schema.migrations.map(\.file).sorted() + Schema.functions.map(\.file)
      let first = try await program.run("migrate", environment: environment)
      #expect(first.status == 0)
      #expect(first.output == files.map { "applied \($0)\n" }.joined())
      let second = try await program.run("migrate", environment: environment)
      #expect(second.status == 0)
      #expect(
        second.output
          == "up to date: \(Schema.migrations.count) migrations and \(Schema.functions.count) "
          + "function files, none pending\n")
      let third = try await program.run("migrate", "--json", environment: environment)
      #expect(
        try JSON(parsing: third.output) == [
          "applied": [], "repaired": [], "left": [], "missing_columns": [],
        ])
    }
  }

  @Test
  func `--status lists what is pending and changes nothing`() async throws {
    try await withProgram(migrated: false) { program, _, environment in
      for _ in 1...2 {
        let outcome = try await program.run("migrate", "--status", environment: environment)
        #expect(outcome.status == 0)
        let expected =
          Schema.migrations.map { "pending  \($0.version)_\($0.name)\n" }
          + Schema.functions.map { "pending  functions/\($0.name)\n" }
        #expect(outcome.output == expected.joined())
      }
    }
  }

  @Test
  func `--status --json is a list of objects`() async throws {
    try await withProgram(migrated: true) { program, _, environment in
      let outcome = try await program.run(
        "migrate", "--status", "--json", environment: environment)
      let list = try #require(try JSON(parsing: outcome.output).array)
      #expect(list.compactMap { $0["version"]?.string } == Schema.migrations.map(\.version))
      #expect(
        list.filter { $0["kind"] == "repeatable" }.map { $0["name"]?.string }
          == Schema.functions.map(\.name))
      #expect(list.allSatisfy { $0["state"] == "applied" && $0["applied_at"]?.string != nil })
    }
  }

  @Test
  func `a migration that was edited after it had been applied is named; exit 1`() async throws {
    try await withProgram(migrated: true) { program, database, environment in
      let file = try #require(Schema.migrations.first?.file)
      try await execute(
        """
        update jira_sync.migrations set checksum = repeat('0', 64)
        where version = \(Schema.migrations[0].version)
        """, in: database)
      let applying = try await program.run("migrate", environment: environment)
      #expect(applying.status == 1)
      #expect(applying.errors.contains(file))
      #expect(applying.output.isEmpty)
      let listing = try await program.run("migrate", "--status", environment: environment)
      #expect(listing.status == 1)
      #expect(listing.output.contains("edited "))
      #expect(listing.errors.contains(file))
    }
  }

  /// Catches a failure in the middle of the migrations, in words of Postgres.
  @Test
  func `a table whose id is no number is refused before anything is done`() async throws {
    try await withProgram(migrated: false) { program, database, environment in
      try await execute(
        "create table public.file_audit (id uuid primary key, file_path text not null)",
        in: database)
      let outcome = try await program.run("migrate", environment: environment)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("public.file_audit.id is of type uuid"))
      let status = try await program.run("migrate", "--status", environment: environment)
      #expect(!status.output.contains("applied"))
    }
  }

  @Test
  func `a table that was there before is left as it is; what it lacks is said in words`()
    async throws
  {
    try await withProgram(migrated: false) { program, database, environment in
      try await execute(
        """
        create table public.file_audit (
          id serial primary key, file_path text not null, has_technical_debt boolean,
          technical_debt text, jira_tickets text[]
        )
        """, in: database)
      let outcome = try await program.run("migrate", environment: environment)
      #expect(outcome.status == 0)
      #expect(outcome.errors.contains("public.file_audit was there before"))
      #expect(outcome.errors.contains("It lacks audit_date, audit_status, audited_by, file_name"))
    }
  }

  /// Catches "cannot create index on relation", and a schema that is half installed.
  @Test(arguments: [
    ("view", "create view public.file_audit as select 1 as id", "a view"),
    (
      "materialized view", "create materialized view public.file_audit as select 1 as id",
      "a materialized view"
    ),
    (
      "foreign table",
      """
      create extension file_fdw;
      create server files foreign data wrapper file_fdw;
      create foreign table public.file_audit (id int) server files options (filename '/dev/null')
      """, "a foreign table"
    ),
  ])
  func `what is no table is refused with what it is and what to do, and nothing is changed`(
    kind: String, statements: String, words: String
  ) async throws {
    try await withProgram(migrated: false) { program, database, environment in
      let superuser = try await database.connectAsSuperuser()
      try await superuser.script(statements, doing: "preparing a test")
      await superuser.close()
      for arguments in [["migrate"], ["doctor"]] {
        let outcome = try await program.run(arguments, environment: environment)
        #expect(outcome.status != 0)
        let text = outcome.output + outcome.errors
        #expect(text.contains("public.file_audit is \(words)"), "\(text)")
        #expect(text.contains("alter \(kind) public.file_audit rename"), "\(text)")
        #expect(!text.contains("Install it with: jira-sync migrate"))
      }
      let connection = try await database.connect()
      let schemas = try await connection.query(
        "select 1 from pg_catalog.pg_namespace where nspname = 'jira_sync'", doing: "looking")
      #expect(schemas.rows.isEmpty)
      await connection.close()
    }
  }

  /// Catches a doctor that advises what migrate refuses.
  @Test(arguments: ["LATIN1", "SQL_ASCII", "EUC_JP"])
  func `a database in another encoding: migrate and doctor say the same`(encoding: String)
    async throws
  {
    try await withProgram(migrated: false) { program, database, _ in
      let name = "\(database.name)_\(encoding.lowercased())"
      let admin = try await database.connectAsSuperuser()
      _ = try await admin.query(
        SQL(
          unescaped:
            "create database \(name) encoding '\(encoding)' locale 'C' template template0"),
        doing: "preparing a test")
      let environment = [
        "DATABASE_URL": database.superuserConninfo.replacing("/\(database.name)", with: "/\(name)")
      ]
      for arguments in [["migrate"], ["doctor"]] {
        let outcome = try await program.run(arguments, environment: environment)
        #expect(outcome.status != 0)
        let text = outcome.output + outcome.errors
        #expect(text.contains("is encoded in \(encoding)"), "\(text)")
        #expect(text.contains("encoding 'UTF8' template template0"), "\(text)")
        #expect(!text.contains("Install it with: jira-sync migrate"), "\(text)")
      }
      _ = try await admin.query(
        SQL(unescaped: "drop database \(name) with (force)"), doing: "tidying up")
      await admin.close()
    }
  }
}
