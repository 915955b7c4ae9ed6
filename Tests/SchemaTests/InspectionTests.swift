import Postgres
import Schema
import TestSupport
import Testing

/// What `inspect()` finds, what `watch_columns()` and `migrate` repair, and what people are told.
@Suite(.requiresPostgres) struct InspectionTests {
  @Test func `nothing is wrong with a fresh installation`() async throws {
    try await Application.with { application in
      #expect(try await application.problems().isEmpty)
      try await application.disturb(
        "select * from jira_sync.record_inspection(); select jira_sync.maintain()")
      #expect(try await events(of: application).isEmpty)
      #expect(try await application.problems().isEmpty)
    }
  }

  /// Changes were not seen after these, and no log or command said so.
  @Test(arguments: [
    """
    alter table public.file_audit rename to old;
    create table public.file_audit (like public.old including all);
    insert into public.file_audit select * from public.old
    """,
    """
    create table public.kept as table public.file_audit; drop table public.file_audit cascade;
    create table public.file_audit as table public.kept
    """, "alter table public.file_audit disable trigger all",
    "drop trigger jira_sync_updated on public.file_audit",
    "alter table public.file_audit disable trigger jira_sync_inserted",
    "alter table public.file_audit enable replica trigger jira_sync_deleted",
    """
    create function public.nothing() returns trigger language plpgsql as 'begin return null; end';
    drop trigger jira_sync_updated on public.file_audit;
    create trigger jira_sync_updated after update on public.file_audit execute function public.nothing()
    """,
    """
    drop trigger jira_sync_updated on public.file_audit;
    create trigger jira_sync_updated after update on public.file_audit
    referencing old table as old_rows new table as new_rows for each statement
    when (false) execute function jira_sync.file_audit_changed()
    """,
    """
    create or replace function jira_sync.file_audit_changed() returns trigger language plpgsql
    security definer set search_path = pg_catalog, pg_temp as 'begin return null; end'
    """, "drop function jira_sync.file_audit_changed() cascade",
  ]) func `triggers that do not see changes are reported, restored and made up for`(fault: String)
    async throws
  {
    try await Application.with { application in
      try await application.disturb(fault)
      try await application.disturb("grant all on public.file_audit to \(application.role)")
      #expect(try await !application.problems().isEmpty)
      // As a worker does every minute.
      for _ in 1...3 {
        try await application.disturb("select * from jira_sync.record_inspection()")
      }
      let told = try await events(of: application)
      #expect(!told.isEmpty)
      #expect(Set(told).count == told.count, "\(told)")
      #expect(told.allSatisfy { $0.hasPrefix("problem") })
      try await application.run("update public.file_audit set status = 'UNSEEN'")
      try await application.disturb(
        """
        alter table public.file_audit owner to jira_sync_test_owner;
        select jira_sync.watch_columns('file_audit')
        """)
      let left = try await application.problems().filter { $0.contains("trigger") }
      #expect(left.isEmpty, "\(left)")
      // A table that was made anew lacks the rights of workers as well: migrate applies its last file.
      let owner = try await application.database.connect()
      try await owner.script(try #require(Schema.functions.last).sql, doing: "repairing")
      await owner.close()
      #expect(try await application.problems().isEmpty)
      for _ in 1...3 {
        try await application.disturb("select * from jira_sync.record_inspection()")
      }
      #expect(try await application.found() == ["1", "2", "3", "4", "5"])
      let resolved = try await events(of: application).filter { $0.hasPrefix("resolved") }
      #expect(resolved.count == told.count, "\(resolved)")
      try await application.disturb("truncate jira_sync.jobs")
      try await application.run(
        "update public.file_audit set status = 'SEEN' where file_number = '3'")
      #expect(try await application.found() == ["3"])
    }
  }

  /// What is not as it was installed, beside the synced table.
  @Test(arguments: [
    ("alter function jira_sync.wake() set search_path = ''", "jira_sync.wake()"),
    ("drop function jira_sync.enqueue(text, bigint, text)", "jira_sync.enqueue(text,bigint,text)"),
    (
      "create function jira_sync.own() returns int language sql as 'select 1'", "jira_sync.own()"
    ),
    ("revoke select on jira_sync.links from jira_sync_worker", "jira_sync.links"),
    ("grant delete on jira_sync.changes to jira_sync_worker", "jira_sync.changes"),
    ("grant select on jira_sync.jobs to public", "jira_sync.jobs"),
    ("alter table jira_sync.jobs disable row level security", "jira_sync.jobs"),
    ("drop policy jira_sync_worker on jira_sync.polls", "jira_sync.polls"),
    ("alter table jira_sync.events disable trigger all", "jira_sync.events"),
    ("drop view jira_sync.status", "jira_sync.status"),
    ("alter table jira_sync.links drop write_token", "jira_sync.links"),
    ("revoke select on public.file_audit from jira_sync_worker", "may not read"),
    ("revoke update (notes) on public.file_audit from jira_sync_worker", "may not update notes"),
    (
      """
      drop policy jira_sync_worker on public.file_audit;
      alter table public.file_audit enable row level security
      """, "hides rows"
    ),
    (
      "alter role jira_sync_worker set session_replication_role = replica",
      "session_replication_role"
    ),
  ]) func `each part of the installation is inspected`(fault: String, problem: String) async throws
  {
    try await Application.with { application in
      let isGlobal = fault.hasPrefix("alter role")
      let statement =
        isGlobal
        ? fault.replacing(
          "jira_sync_worker",
          with: "\(application.role) in database \"\(application.database.name)\"") : fault
      try await application.disturb(statement)
      let problems = try await application.problems()
      #expect(problems.count == 1 && problems[0].contains(problem), "\(problems)")
      for _ in 1...2 {
        try await application.disturb("select * from jira_sync.record_inspection()")
      }
      #expect(try await events(of: application).count == 1)
    }
  }

  /// A role that an administrator lets read is no problem, and neither are partitions of next month.
  @Test(arguments: [
    "grant select on jira_sync.jobs to application_role",
    "update jira_sync.control set maintained_at = '-infinity'; select jira_sync.maintain()",
    "alter table jira_sync.jobs set (fillfactor = 80)", "analyze jira_sync.jobs",
    "create index on jira_sync.links (synced_at)",
  ]) func `what administrators may do is no problem`(statement: String) async throws {
    try await Application.with { application in
      try await application.disturb(
        statement.replacing("application_role", with: application.role))
      #expect(try await application.problems().isEmpty)
    }
  }

  /// Each table that has long values brings one with a name such as pg_toast_125678, which is no month.
  @Test func `maintenance reads the dates of partitions only`() async throws {
    try await Application.with { application in
      for plan in ["hashjoin", "nestloop", "mergejoin"] {
        try await application.disturb(
          """
          create table if not exists public.other_125678 (); create table if not exists public.other_12567890 ();
          set enable_hashjoin = off; set enable_nestloop = off; set enable_mergejoin = off;
          set enable_\(plan) = on;
          update jira_sync.control set maintained_at = '-infinity', changes_days = 1;
          select jira_sync.maintain();
          select jira_sync.drop_partitions('changes', now() + interval '1 year')
          """)
      }
      let left: [String] = try await application.value(
        """
        select array_agg(inhrelid::regclass::text) as value from pg_inherits
        where inhparent = 'jira_sync.changes'::regclass
        """)
      #expect(left == ["jira_sync.changes_default"])
    }
  }

  /// Tables of other databases of the server have the same numbers where both are copies of one template.
  @Test func `a lock in another database is none of ours`() async throws {
    try await Application.with { application in
      try await Application.with { other in
        let holder = try await other.database.connectAsSuperuser()
        try await holder.transaction(doing: "holding a lock") { transaction in
          _ = try await transaction.query(
            "lock table jira_sync.jobs in access exclusive mode", doing: "locking")
          try await other.admin.waitUntil(
            "select exists (select from jira_sync.inspect() where subject = 'locks') as met",
            doing: "waiting until the lock is named there")
          #expect(try await application.problems().isEmpty)
        }
        await holder.close()
      }
    }
  }

  /// The events of the installation, each with the fingerprint.
  private func events(of application: Application) async throws -> [String] {
    try await application.value(
      """
      select coalesce(array_agg(
        case when resolves then 'resolved ' else 'problem ' end || fingerprint order by id), '{}')
        as value
      from jira_sync.events where kind = 'installation'
      """)
  }
}
