import Logging
import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct RepeatableMigrationTests {
  private let all = [
    Books.function("90_rights"), Books.function("20_views"), Books.function("10_queue"),
  ]

  private func withConnection(
    _ body: (TestDatabase, PostgresConnection) async throws -> Void
  ) async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await body(database, connection)
      await connection.close()
    }
  }

  @Test func `they run after the versioned files, in the order of their names, and once`()
    async throws
  {
    try await withConnection { _, connection in
      let migrator = Books.migrator([Books.base], all)
      #expect(
        try await migrator.status(on: connection).functions.map(\.state) == [
          .pending, .pending, .pending,
        ])
      let applied = try await migrator.apply(on: connection)
      #expect(
        applied.files == [
          "20260101000001_base.sql", "functions/10_queue.sql", "functions/20_views.sql",
          "functions/90_rights.sql",
        ])
      #expect(try await Books.runs(connection) == ["10_queue", "20_views", "90_rights"])
      #expect(try await migrator.apply(on: connection).isEmpty)
      #expect(try await Books.runs(connection).isEmpty)
      let statuses = try await migrator.status(on: connection).functions
      #expect(statuses.allSatisfy { $0.state == .applied && $0.appliedAt?.hasSuffix("Z") == true })
    }
  }

  @Test func `a changed file runs again, and the rights after it`() async throws {
    try await withConnection { _, connection in
      _ = try await Books.migrator([Books.base], all).apply(on: connection)
      _ = try await Books.runs(connection)
      let changed = Books.migrator(
        [Books.base],
        [Books.function("10_queue", "-- new"), Books.function("20_views"), all[0]])
      #expect(
        try await changed.status(on: connection).functions.map(\.state) == [
          .changed, .applied, .applied,
        ])
      #expect(
        try await changed.apply(on: connection).files == [
          "functions/10_queue.sql", "functions/90_rights.sql",
        ])
      #expect(try await Books.runs(connection) == ["10_queue", "90_rights"])
      #expect(try await changed.apply(on: connection).isEmpty)
    }
  }

  @Test func `the rights alone run alone`() async throws {
    try await withConnection { _, connection in
      _ = try await Books.migrator([Books.base], all).apply(on: connection)
      let changed = Books.migrator(
        [Books.base], [all[1], all[2], Books.function("90_rights", "-- new")])
      #expect(
        try await changed.apply(on: connection).files == ["functions/90_rights.sql"])
    }
  }

  /// Versioned files may drop a view that stands in the way of their statement.
  @Test func `a versioned file makes all of them run again`() async throws {
    try await withConnection { _, connection in
      let view = Books.function("20_views", "create or replace view books.titles as select 1 as a;")
      _ = try await Books.migrator([Books.base], [view]).apply(on: connection)
      _ = try await Books.runs(connection)
      let second = Books.migration("20260101000002", "second", "drop view books.titles;")
      let newer = Books.migrator([Books.base, second], [view])
      #expect(
        try await newer.apply(on: connection).files == [
          "20260101000002_second.sql", "functions/20_views.sql",
        ])
      _ = try await connection.query("select a from books.titles", doing: "reading the view")
    }
  }

  /// Caught: a run that is killed between a migration and the functions leaves a schema without a view for ever.
  @Test func `what a failed run left undone is done by the next one`() async throws {
    try await withConnection { _, connection in
      let good = Books.migrator([Books.base], all)
      _ = try await good.apply(on: connection)
      _ = try await Books.runs(connection)
      let second = Books.migration("20260101000002", "second", "")
      let broken = Books.migrator(
        [Books.base, second], [Books.function("10_queue"), Books.function("20_views", "wrong;")])
      await #expect(throws: MigrationError.self) { try await broken.apply(on: connection) }
      #expect(try await Books.runs(connection) == ["10_queue"])
      let mended = Books.migrator([Books.base, second], all)
      #expect(
        try await mended.apply(on: connection).files == [
          "functions/20_views.sql", "functions/90_rights.sql",
        ])
    }
  }

  @Test func `a broken file says where, and the function of before stays`() async throws {
    try await withConnection { _, connection in
      func title(_ body: String) -> RepeatableMigration {
        Books.function(
          "10_queue",
          """
          create or replace function books.title() returns text language sql
          as $$ select \(body) $$;
          """)
      }
      _ = try await Books.migrator([Books.base], [title("'old'")]).apply(on: connection)
      let error = await #expect(throws: MigrationError.self) {
        try await Books.migrator([Books.base], [title("'new'\n, missing_column")]).apply(
          on: connection)
      }
      #expect(error?.file == "functions/10_queue.sql")
      #expect(error?.line == 3)
      #expect(error?.description.contains("migration functions/10_queue.sql, line 3:") == true)
      let kept: String = try await connection.query(
        "select books.title() as value", doing: "asking"
      ).one.get("value")
      #expect(kept == "old")
      #expect(
        try await Books.migrator([Books.base], [title("'old'")]).status(on: connection).functions
          .map(\.state) == [.applied])
    }
  }

  @Test func `a file that ends its transaction is refused`() async throws {
    try await withConnection { _, connection in
      let error = await #expect(throws: MigrationError.self) {
        try await Books.migrator([Books.base], [Books.function("10_queue", "commit;")]).apply(
          on: connection)
      }
      #expect(error?.kind == .endedTransaction)
    }
  }

  @Test func `where there is no table for them, the error says so`() async throws {
    try await withConnection { _, connection in
      let older = Migration(
        version: "20260101000001", name: "base",
        sql: """
          create schema books; create table books.runs (at int, name text);
          create table books.migrations (version text primary key, name text not null,
            checksum text, applied_at timestamptz not null default now());
          insert into books.migrations (version, name) values ('20260101000001', 'base');
          """)
      let error = await #expect(throws: MigrationError.self) {
        try await Books.migrator([older], [Books.function("10_queue")]).apply(on: connection)
      }
      #expect(error?.kind == .unrecorded)
      #expect(error?.message.contains("books.repeatable_migrations") == true)
    }
  }

  @Test func `files of another program stay as they are`() async throws {
    try await withConnection { _, connection in
      _ = try await Books.migrator([Books.base], all).apply(on: connection)
      let other = Books.migrator([Books.base], [Books.function("10_queue")])
      #expect(try await other.apply(on: connection).isEmpty)
      #expect(
        try await other.status(on: connection).functions.map(\.state) == [
          .applied, .unknown, .unknown,
        ])
    }
  }

  /// Caught: an old binary that is started for a while puts back functions that no longer fit the tables.
  @Test func `an older program leaves the functions of a newer schema alone`() async throws {
    try await withConnection { _, connection in
      let second = Books.migration("20260101000002", "second", "")
      _ = try await Books.migrator([Books.base, second], [Books.function("10_queue", "-- new")])
        .apply(on: connection)
      _ = try await Books.runs(connection)
      let log = LogLines()
      let older = Books.migrator([Books.base], [Books.function("10_queue", "-- old")])
      #expect(try await older.apply(on: connection, logger: log.logger).isEmpty)
      #expect(try await Books.runs(connection).isEmpty)
      #expect(
        log.lines == [
          "warning: the database is newer than this program: it has 20260101000002_second; "
            + "its functions are left as they are"
        ])
    }
  }

  @Test func `two files of one name are refused`() async throws {
    try await withConnection { _, connection in
      let error = await #expect(throws: MigrationError.self) {
        try await Books.migrator([Books.base], [all[0], all[0]]).apply(on: connection)
      }
      #expect(error?.kind == .duplicateVersion)
    }
  }
}
