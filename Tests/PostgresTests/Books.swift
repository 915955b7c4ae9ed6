import Postgres
import TestSupport

/// A small schema of its own, for tests of the migrator.
enum Books {
  static let base = Migration(
    version: "20260101000001", name: "base",
    sql: """
      create schema books;
      create table books.migrations (version text primary key, name text not null,
        checksum text, applied_at timestamptz not null default now());
      create table books.repeatable_migrations (name text primary key, checksum text,
        applied_at timestamptz not null default now());
      create table books.runs (at bigint generated always as identity, name text);
      insert into books.migrations (version, name) values ('20260101000001', 'base');
      """)

  /// A versioned file that records itself.
  static func migration(_ version: String, _ name: String, _ body: String) -> Migration {
    Migration(
      version: version, name: name,
      sql: """
        \(body)
        insert into books.migrations (version, name) values ('\(version)', '\(name)')
          on conflict do nothing;
        """)
  }

  /// A repeatable file that notes each of its runs.
  static func function(_ name: String, _ body: String = "") -> RepeatableMigration {
    RepeatableMigration(
      name: name,
      sql: """
        \(body)
        insert into books.runs (name) values ('\(name)');
        """)
  }

  static func migrator(
    _ migrations: [Migration] = [base], _ functions: [RepeatableMigration]
  ) -> Migrator {
    Migrator(
      migrations: migrations, functions: functions, schema: "books", lockPatience: 200,
      lockAttempts: 100_000, lockPause: .milliseconds(20))
  }

  /// The repeatable files that ran since this was last asked, in their order.
  static func runs(_ connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      """
      with gone as (delete from books.runs returning at, name)
      select coalesce(array_agg(name order by at), '{}') as names from gone
      """, doing: "looking at what ran"
    ).one.get("names")
  }
}
