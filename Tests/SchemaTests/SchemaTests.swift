import Postgres
import Schema
import TestSupport
import Testing

/// The schema as the migrations leave it.
@Suite(.requiresPostgres) struct SchemaTests {
  /// The names that a question about the catalogue finds; none is what is wanted.
  private func found(_ question: SQL) async throws -> [String] {
    try await Audit.with { audit in
      try await audit.run(question).rows.map { row in try row.get("name") }
    }
  }

  @Test func `every function has its search path and none is for everybody`() async throws {
    let names = try await found(
      """
      select p.oid::regprocedure::text as name from pg_proc as p
      where p.pronamespace = 'jira_sync'::regnamespace
        and (not coalesce('search_path=pg_catalog, pg_temp' = any(p.proconfig), false)
          or has_function_privilege('public', p.oid, 'execute'))
      """)
    #expect(names.isEmpty)
  }

  @Test func `every table has row level security`() async throws {
    let names = try await found(
      """
      select c.oid::regclass::text as name from pg_class as c
      where c.relnamespace = 'jira_sync'::regnamespace and c.relkind in ('r', 'p')
        and not c.relrowsecurity
      """)
    #expect(names.isEmpty)
  }

  @Test func `every table view sequence and function says what it is`() async throws {
    let relations = try await found(
      """
      select c.oid::regclass::text as name from pg_class as c
      where c.relnamespace = 'jira_sync'::regnamespace and c.relkind in ('r', 'p', 'v', 'S')
        and not c.relispartition and obj_description(c.oid, 'pg_class') is null
        and not exists (select from pg_depend as d where d.objid = c.oid and d.deptype in ('a', 'i')
          and d.refclassid = 'pg_class'::regclass)
      """)
    #expect(relations.isEmpty)
    let functions = try await found(
      """
      select p.oid::regprocedure::text as name from pg_proc as p
      where p.pronamespace = 'jira_sync'::regnamespace
        and obj_description(p.oid, 'pg_proc') is null
      """)
    #expect(functions.isEmpty)
  }

  /// Ids and times that their names explain need no words.
  @Test func `every column of jobs and links says what it is`() async throws {
    let names = try await found(
      """
      select a.attrelid::regclass || '.' || a.attname as name from pg_attribute as a
      where a.attrelid in ('jira_sync.jobs'::regclass, 'jira_sync.links'::regclass)
        and a.attnum > 0 and not a.attisdropped
        and a.attname not in ('id', 'table_name', 'row_id', 'issue_key', 'created_at', 'base')
        and col_description(a.attrelid, a.attnum) is null
      """)
    #expect(names.isEmpty)
  }

  /// Names that scripts of other people use.
  @Test func `the contracts names exist`() async throws {
    try await Audit.with { audit in
      for statement in [
        "select id, kind, table_name, row_id, key, state, priority, run_at, attempt, max_attempts, crashes, args, worker, token, last_error, created_at from jira_sync.jobs",
        "select id, kind, table_name, row_id, attempt, outcome, error, worker, enqueued_at, started_at, finished_at from jira_sync.job_history",
        "select table_name, row_id, label, issue_id, issue_key, project_key, marker, state, last_error, issue_updated, synced_at from jira_sync.links",
        "select * from jira_sync.conflicts", "select * from jira_sync.changes",
        "select * from jira_sync.status", "select jira_sync.enqueue('poll')",
        "select jira_sync.pause('why')", "select jira_sync.resume()",
        "select jira_sync.retry_dead()", "select jira_sync.cancel(1)",
      ] { try await audit.run(SQL(unescaped: statement)) }
    }
  }

  @Test(arguments: [
    "update jira_sync.jobs set state = 'running'",
    "update jira_sync.jobs set worker = gen_random_uuid()",
    "update jira_sync.jobs set state = 'asleep'",
    "insert into jira_sync.links (table_name, row_id, label, state) values ('file_audit', '1', 'x', 'linked')",
    "insert into jira_sync.links (table_name, row_id, label, state) values ('file_audit', '1', 'x', 'create_unknown')",
    "insert into jira_sync.control default values",
  ]) func `states that cannot be are refused`(statement: String) async throws {
    try await Audit.with { audit in
      try await audit.run("insert into jira_sync.jobs (kind) values ('poll')")
      let error = await #expect(throws: PostgresError.self) {
        try await audit.run(SQL(unescaped: statement))
      }
      #expect(error?.sqlState?.hasPrefix("23") == true)
    }
  }
}
