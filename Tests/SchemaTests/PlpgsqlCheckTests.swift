import Postgres
import TestSupport
import Testing

/// Postgres reads the body of a plpgsql function when it runs; plpgsql_check reads it beforehand.
@Suite(.requiresPostgres, .requiresPlpgsqlCheck) struct PlpgsqlCheckTests {
  @Test func `no body of a function has an error`() async throws {
    try await withDatabase { database in
      let admin = try await database.connectAsSuperuser()
      try await admin.script("create extension plpgsql_check", doing: "preparing")
      let errors = try await errors(on: admin)
      // pg_cron is an extension that this database does not have.
      let others = errors.filter { !$0.contains("\"cron") || !$0.contains("does not exist") }
      #expect(others.isEmpty)
      await admin.close()
    }
  }

  /// Broken variants: these are seen at the first run otherwise.
  @Test(arguments: [
    """
    create function jira_sync.broken() returns void language plpgsql as
    'begin update jira_sync.jobs set nothing = 1; end'
    """,
    "alter table jira_sync.jobs rename attempt to attempts",
    """
    create or replace function jira_sync.file_audit_changed() returns trigger language plpgsql as
    'begin perform from new_row; return null; end'
    """,
  ]) func `an error in a body is found`(fault: String) async throws {
    try await withDatabase { database in
      let admin = try await database.connectAsSuperuser()
      try await admin.script("create extension plpgsql_check; \(fault)", doing: "preparing")
      let errors = try await errors(on: admin)
      #expect(!errors.isEmpty)
      await admin.close()
    }
  }

  /// What plpgsql_check finds in each function; functions of triggers are checked for the tables that they are on.
  private func errors(on connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      """
      select format('%s line %s: %s: %s', f.function, c.lineno, c.message, c.query) as error
      from (
        select p.oid, p.oid::regprocedure as function, coalesce(g.relid, 0) as relid, g.new_rows,
          g.old_rows
        from pg_proc as p join pg_language as l on l.oid = p.prolang
        left join lateral (
          select distinct t.tgrelid as relid,
            max(t.tgnewtable) as new_rows, max(t.tgoldtable) as old_rows
          from pg_trigger as t where t.tgfoid = p.oid group by t.tgrelid
        ) as g on true
        where p.pronamespace = 'jira_sync'::regnamespace and l.lanname = 'plpgsql'
          and (p.prorettype <> 'trigger'::regtype or g.relid is not null)
      ) as f
      cross join lateral public.plpgsql_check_function_tb(
        f.oid, f.relid, newtable => f.new_rows, oldtable => f.old_rows, performance_warnings => false,
        other_warnings => false, extra_warnings => false, fatal_errors => false) as c
      where c.level = 'error'
      """, doing: "checking"
    ).rows.map { try $0.get("error") }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips tests where the server lacks the extension plpgsql_check.
  fileprivate static var requiresPlpgsqlCheck: Self {
    .enabled("needs the extension plpgsql_check; scripts/test installs it where apt has it") {
      guard TestCluster.isAvailable else { return false }
      let connection = try await TestCluster.connect()
      let isThere = try await connection.query(
        """
        select exists (select from pg_available_extensions where name = 'plpgsql_check') as is_there
        """, doing: "looking for plpgsql_check"
      ).one.get("is_there", as: Bool.self)
      await connection.close()
      return isThere
    }
  }
}
