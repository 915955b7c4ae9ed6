import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct MigratorTests {
  private static let first = Migration(
    version: "20260101000001", name: "base",
    sql: """
      create schema books;
      create table books.migrations (version text primary key, name text not null,
        checksum text, applied_at timestamptz not null default now());
      insert into books.migrations (version, name) values ('20260101000001', 'base');
      """)

  private func second(_ body: String) -> Migration {
    Migration(
      version: "20260101000002", name: "things",
      sql: """
        \(body)
        insert into books.migrations (version, name) values ('20260101000002', 'things')
          on conflict do nothing;
        """)
  }

  private func migrator(_ migrations: Migration...) -> Migrator {
    Migrator(migrations: migrations, schema: "books", lockPause: .milliseconds(20))
  }

  @Test func `pending files are applied in order and once`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let migrator = migrator(second("create table things (id int);"), Self.first)
      #expect(
        try await migrator.status(on: connection).migrations.map(\.state) == [.pending, .pending])
      let applied = try await migrator.apply(on: connection)
      #expect(applied.migrations.map(\.version) == ["20260101000001", "20260101000002"])
      #expect(try await migrator.apply(on: connection).isEmpty)
      let statuses = try await migrator.status(on: connection).migrations
      #expect(statuses.map(\.state) == [.applied, .applied])
      #expect(statuses.allSatisfy { $0.appliedAt?.hasSuffix("Z") == true })
      await connection.close()
    }
  }

  /// Catches a migration that waits for a lock as long as it takes: everybody else waits behind it, as long.
  @Test(.timeLimit(.minutes(20)))
  func `a table that is read holds up the migration and nobody else`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      _ = try await migrator(Self.first, second("create table things (id int);")).apply(
        on: connection)
      let third = Migration(
        version: "20260101000003", name: "more",
        sql: """
          alter table things add column name text;
          insert into books.migrations (version, name) values ('20260101000003', 'more');
          """)
      let patient = Migrator(
        migrations: [Self.first, second("create table things (id int);"), third],
        schema: "books", lockPatience: 200, lockAttempts: 100_000, lockPause: .milliseconds(50))
      let reader = try await database.connect()
      let application = try await database.connect()
      let migrating = try await reader.transaction(doing: "reading for long") { transaction in
        _ = try await transaction.query("select from things", doing: "reading")
        let migrating = Task { try await patient.apply(on: connection) }
        try await application.waitUntil(
          "select exists (select from pg_locks where relation = 'things'::regclass and not granted) as met",
          doing: "waiting until the migration waits")
        for number in 1...3 {
          _ = try await application.query("insert into things values (\(number))", doing: "working")
        }
        return migrating
      }
      #expect(try await migrating.value.migrations.map(\.version) == ["20260101000003"])
      for each in [reader, application, connection] { await each.close() }
    }
  }

  /// Caught: an old file that is edited, and a new one that is applied on top of it all the same.
  @Test func `an edited file is named and nothing is applied`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      _ = try await migrator(Self.first).apply(on: connection)
      let edited = Migration(
        version: Self.first.version, name: Self.first.name, sql: Self.first.sql + "\n-- later")
      let migrator = migrator(edited, second("create table things (id int);"))
      let error = await #expect(throws: MigrationError.self) {
        try await migrator.apply(on: connection)
      }
      #expect(error?.kind == .edited)
      #expect(error?.description.contains("20260101000001_base.sql") == true)
      #expect(
        try await migrator.status(on: connection).migrations.map(\.state) == [.edited, .pending])
      await connection.close()
    }
  }

  /// Caught: two workers that start together and both run the file.
  @Test func `many at once apply each file once`() async throws {
    try await withDatabase(migrated: false) { database in
      let migrator = migrator(Self.first, second("create table things (id int);"))
      let applied = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<6 {
          group.addTask {
            let connection = try await database.connect()
            let count = try await migrator.apply(on: connection).files.count
            await connection.close()
            return count
          }
        }
        var applied = 0
        for try await count in group { applied += count }
        return applied
      }
      #expect(applied == 2)
    }
  }

  @Test func `a failing file leaves nothing and says where`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let migrator = migrator(
        Self.first, second("create table things (id int);\n\ninsert into thinks values (1);"))
      let error = await #expect(throws: MigrationError.self) {
        try await migrator.apply(on: connection)
      }
      #expect(error?.kind == .failed)
      #expect(error?.file == "20260101000002_things.sql")
      #expect(error?.line == 3)
      #expect(error?.cause?.sqlState == "42P01")
      #expect(
        try await migrator.status(on: connection).migrations.map(\.state) == [.applied, .pending])
      let left: Bool = try await connection.query(
        "select to_regclass('things') is not null as found", doing: "looking"
      ).one.get("found")
      #expect(!left)
      await connection.close()
    }
  }

  @Test func `a file that ends its transaction is refused`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let error = await #expect(throws: MigrationError.self) {
        try await migrator(Self.first, second("commit;")).apply(on: connection)
      }
      #expect(error?.kind == .endedTransaction)
      _ = try await connection.query("select 1", doing: "going on")
      await connection.close()
    }
  }

  @Test func `a file that does not record itself is refused`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let silent = Migration(version: "20260101000002", name: "silent", sql: "select 1;")
      let error = await #expect(throws: MigrationError.self) {
        try await migrator(Self.first, silent).apply(on: connection)
      }
      #expect(error?.kind == .unrecorded)
      await connection.close()
    }
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let error = await #expect(throws: MigrationError.self) {
        try await migrator(second("--")).apply(on: connection)
      }
      // Nothing has made the table: the insert of the file itself fails.
      #expect(error?.kind == .failed)
      let silent = Migration(version: "20260101000002", name: "silent", sql: "select 1;")
      let unrecorded = await #expect(throws: MigrationError.self) {
        try await migrator(silent).apply(on: connection)
      }
      #expect(unrecorded?.kind == .unrecorded)
      await connection.close()
    }
  }

  /// Caught: files that psql applied are applied again, or can be edited without anybody noticing.
  @Test func `files that psql applied are taken over`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await connection.script(Self.first.sql, doing: "playing psql")
      #expect(try await migrator(Self.first).apply(on: connection).isEmpty)
      let edited = Migration(version: Self.first.version, name: "base", sql: "select 1;")
      let error = await #expect(throws: MigrationError.self) {
        try await migrator(edited).apply(on: connection)
      }
      #expect(error?.kind == .edited)
      await connection.close()
    }
  }

  @Test func `a newer database is no error`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      _ = try await migrator(Self.first, second("create table things (id int);")).apply(
        on: connection)
      let older = migrator(Self.first)
      #expect(try await older.apply(on: connection).isEmpty)
      #expect(
        try await older.status(on: connection).migrations.map(\.state) == [.applied, .unknown])
      await connection.close()
    }
  }

  @Test func `two files of one version are refused`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let error = await #expect(throws: MigrationError.self) {
        try await migrator(Self.first, Self.first).apply(on: connection)
      }
      #expect(error?.kind == .duplicateVersion)
      await connection.close()
    }
  }
}
