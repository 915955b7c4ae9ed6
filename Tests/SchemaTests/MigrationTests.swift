import Postgres
import Schema
import TestSupport
import Testing

@Suite(.requiresPostgres) struct MigrationTests {
  private let migrator = Schema.migrator

  @Test func `they apply to an empty database as its owner and a second time nothing happens`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let isSuperuser: String = try await connection.query(
        "select current_setting('is_superuser') as value", doing: "asking"
      ).one.get("value")
      #expect(isSuperuser == "off")
      let applied = try await migrator.apply(on: connection)
      #expect(applied.migrations == Schema.migrations)
      #expect(applied.functions == Schema.functions)
      #expect(try await migrator.apply(on: connection).isEmpty)
      let status = try await migrator.status(on: connection)
      #expect(status.migrations.allSatisfy { $0.state == .applied })
      #expect(status.functions.allSatisfy { $0.state == .applied })
      await connection.close()
    }
  }

  /// psql and `supabase db push` know nothing of us: each file records itself.
  @Test func `files that psql applied are known`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      for migration in Schema.migrations {
        try await connection.script(migration.sql, doing: "applying \(migration.file)")
      }
      for function in Schema.functions {
        try await connection.script(function.sql, doing: "applying \(function.file)")
      }
      // Files of functions do not record themselves: they run once more.
      let applied = try await migrator.apply(on: connection)
      #expect(applied.migrations.isEmpty)
      #expect(applied.functions == Schema.functions)
      #expect(try await migrator.apply(on: connection).isEmpty)
      await connection.close()
    }
  }

  @Test func `a table that was there is left as it is`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await connection.script(
        """
        create table public.file_audit (
          id bigint primary key, file_path text not null, has_technical_debt boolean, notes text,
          colour text);
        insert into public.file_audit values (1, 'src/a', true, 'note', 'red');
        """, doing: "making a table of its own kind")
      let columns: SQL = """
        select array_agg(attname || ' ' || format_type(atttypid, atttypmod) order by attnum) as value
        from pg_attribute where attrelid = 'public.file_audit'::regclass and attnum > 0
        """
      let before: [String] = try await connection.query(columns, doing: "looking").one.get("value")
      _ = try await migrator.apply(on: connection)
      #expect(
        try await connection.query(columns, doing: "looking").one.get("value", as: [String].self)
          == before)
      // Rows that were there are left alone until somebody asks.
      let audit = Audit(database: database, connection: connection)
      #expect(try await audit.jobs().isEmpty)
      let missing: [String] = try await audit.value("select jira_sync.missing_columns() as value")
      #expect(missing.contains("technical_debt") && !missing.contains("notes"))
      try await audit.run("update public.file_audit set colour = 'blue'")
      #expect(try await audit.jobs().isEmpty)
      try await audit.run("update public.file_audit set notes = 'new'")
      #expect(try await audit.enqueued() == [1])
      await connection.close()
    }
  }

  /// Without these three there is nothing to sync.
  @Test func `a table that lacks what is needed is an error in words`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      _ = try await connection.query(
        "create table public.file_audit (id int primary key, notes text)", doing: "making a table")
      let error = await #expect(throws: MigrationError.self) {
        try await migrator.apply(on: connection)
      }
      #expect(error?.file == Schema.migrations[1].file)
      #expect(error?.message.contains("has_technical_debt") == true)
      await connection.close()
    }
  }
}
