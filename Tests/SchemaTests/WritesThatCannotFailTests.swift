import Postgres
import TestSupport
import Testing

/// Whatever happened to the table or to the queue: an application's statement succeeds, and its change is found later.
@Suite(.requiresPostgres) struct WritesThatCannotFailTests {
  /// Every kind of statement, of one row and of several.
  private static let writes = [
    """
    insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name,
      status, workflows, has_technical_debt)
    values ('6', 'src/6', '6', 1, 'one', 'ACTIVE', '{}', true)
    """,
    "update public.file_audit set status = 'A' where file_number = '1'",
    "update public.file_audit set status = 'B'",
    "update public.file_audit set updated_at = now()",
    "delete from public.file_audit where file_number = '5'",
  ]

  // MARK: The table

  @Test(arguments: Alteration.ofTheTable)
  func `a table that was altered can be written, and its changes are found`(alteration: Alteration)
    async throws
  {
    try await Application.with { application in
      try await application.disturb(alteration.statements)
      try await application.run(alteration.change)
      #expect(try await application.found() == alteration.found)
      let problems = try await application.problems()
      if let problem = alteration.problem {
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
      } else {
        #expect(problems.isEmpty, "\(problems)")
      }
      // Statements that name no altered column.
      for statement in [
        "update public.file_audit set status = 'B'", "update public.file_audit set status = status",
        "delete from public.file_audit where file_number = '5'", "delete from public.file_audit",
        "truncate public.file_audit",
      ] { try await application.run(statement) }
      let found = try await application.found()
      #expect(found.count >= 5)
    }
  }

  @Test(arguments: [
    ("xml", "xmlparse(content '<a/>')", "'<b/>'"), ("citext", "'a'::citext", "'A'"),
    ("hstore", "'a=>1'::hstore", "'a=>2'"), ("ltree", "'a'::ltree", "'b'"),
    ("cube", "'(1)'::cube", "'(2)'"), ("seg", "'1'::seg", "'2'"),
  ]) func `columns of extensions can be written`(type: String, using: String, value: String)
    async throws
  {
    try await Application.with { application in
      do {
        if type != "xml" {
          try await application.disturb("create extension \(type) with schema public")
        }
        try await application.disturb(
          "alter table public.file_audit alter notes type \(type) using \(using)")
      } catch let error as PostgresError where ["0A000", "58P01"].contains(error.sqlState) {
        try Test.cancel("this server has no \(type): \(error.message)")
      }
      try await application.run("update public.file_audit set notes = notes")
      #expect(try await application.found().isEmpty)
      try await application.run("update public.file_audit set notes = \(value) where id = 2")
      #expect(try await application.found() == ["2"])
    }
  }

  /// Equal to the type, and another value to JIRA.
  @Test(arguments: [
    (
      """
      create collation blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      alter table public.file_audit alter notes type text collate blind using 'ada'
      """, "'Ada'"
    ), ("alter table public.file_audit alter notes type numeric using 1.0", "1.00"),
    ("alter table public.file_audit alter notes type float8 using '0'::float8", "'-0'"),
    ("alter table public.file_audit alter notes type interval using '1 day'", "'24 hours'"),
    ("alter table public.file_audit alter notes type char(5) using 'a'", "'b'"),
  ]) func `other bytes are a change`(statement: String, value: String) async throws {
    try await Application.with { application in
      try await application.disturb(statement)
      try await application.run("update public.file_audit set notes = notes where id < 3")
      #expect(try await application.found().isEmpty)
      try await application.run("update public.file_audit set notes = \(value) where id = 2")
      #expect(try await application.found() == ["2"])
      try await application.disturb("truncate jira_sync.jobs")
      try await application.run(
        "update public.file_audit set notes = \(value) where id in (2, 3, 4)")
      #expect(try await application.found() == ["3", "4"])
    }
  }

  // MARK: The queue

  /// What happens to it, how it is repaired, and what `inspect()` says meanwhile.
  @Test(arguments: [
    (
      "alter sequence jira_sync.jobs_id_seq maxvalue 5 restart 5; select nextval('jira_sync.jobs_id_seq')",
      "alter sequence jira_sync.jobs_id_seq no maxvalue", "jobs_id_seq"
    ),
    (
      "alter table jira_sync.jobs rename to tasks", "alter table jira_sync.tasks rename to jobs",
      "jira_sync.jobs"
    ),
    (
      "alter table jira_sync.jobs rename row_id to named_row",
      "alter table jira_sync.jobs rename named_row to row_id", "jira_sync.jobs"
    ),
    (
      "create table public.kept as table jira_sync.jobs; drop table jira_sync.links cascade",
      "", "jira_sync.links"
    ),
    (
      "alter function jira_sync.enqueue_change(text, text, boolean, text, text) rename to renamed",
      "alter function jira_sync.renamed(text, text, boolean, text, text) rename to enqueue_change",
      "jira_sync.enqueue_change"
    ),
    (
      "alter table jira_sync.jobs add check (table_name <> 'file_audit') not valid",
      "alter table jira_sync.jobs drop constraint jobs_table_name_check", nil
    ),
    (
      "revoke insert on jira_sync.jobs from jira_sync_test_owner",
      "grant insert on jira_sync.jobs to jira_sync_test_owner", nil
    ),
  ]) func `changes while the queue is broken are found once it is repaired`(
    fault: String, repair: String, problem: String?
  ) async throws {
    try await Application.with { application in
      try await application.disturb(fault)
      for statement in Self.writes { try await application.run(statement) }
      if let problem {
        let problems = try await application.problems()
        #expect(problems.contains { $0.contains(problem) }, "\(problems)")
      }
      guard !repair.isEmpty else { return }
      try await application.disturb(repair)
      #expect(try await application.found() == ["1", "2", "3", "4", "5", "6"])
      let deleted: [String] = try await application.value(
        "select array_agg(row_id) as value from jira_sync.jobs where args ? 'deleted'")
      #expect(deleted == ["5"])
    }
  }

  /// Where not even a mark can be written, all rows with issues are looked at after the repair.
  @Test(arguments: [
    ("drop table jira_sync.jobs cascade; drop table jira_sync.marks", ""),
    ("alter schema jira_sync rename to moved", "alter schema moved rename to jira_sync"),
    (
      "revoke usage on schema jira_sync from jira_sync_test_owner",
      "grant usage on schema jira_sync to jira_sync_test_owner"
    ),
    (
      "alter table jira_sync.jobs rename to a; alter table jira_sync.marks rename to b",
      "alter table jira_sync.a rename to jobs; alter table jira_sync.b rename to marks"
    ),
    ("drop function jira_sync.enqueue_change(text, text, boolean, text, text) cascade", ""),
  ]) func `a schema that is gone stops no application`(fault: String, repair: String) async throws {
    try await Application.with { application in
      try await application.disturb(fault)
      for statement in Self.writes + ["truncate public.file_audit"] {
        try await application.run(statement)
      }
      guard !repair.isEmpty else { return }
      try await application.disturb(repair)
      // A worker that could not inspect says so at its next inspection.
      try await application.disturb("select * from jira_sync.record_inspection(true)")
      #expect(try await application.found() == ["1", "2", "3", "4", "5"])
    }
  }

  /// Settings of an application's session.
  @Test(arguments: [
    "set plpgsql.extra_errors = 'all'", "set plpgsql.check_asserts = off",
    "set standard_conforming_strings = off", "set search_path = ''", "set datestyle = 'SQL, DMY'",
    "set default_transaction_isolation = 'serializable'", "set enable_hashjoin = off",
    "set work_mem = '64kB'", "set bytea_output = 'escape'", "set jira_sync.writer = 'nothing'",
    "set transform_null_equals = on", "set array_nulls = off", "set check_function_bodies = off",
    "set row_security = off", "set intervalstyle = 'iso_8601'; set lock_timeout = '90s'",
  ]) func `settings of a session neither stop a statement nor hide its change`(setting: String)
    async throws
  {
    try await Application.with { application in
      try await application.run(setting)
      for statement in Self.writes { try await application.run(statement) }
      #expect(try await application.found() == ["1", "2", "3", "4", "5", "6"])
      let marks: Int = try await application.value(
        "select count(*)::int as value from jira_sync.events where kind = 'trigger_failed'")
      #expect(marks == 0)
    }
  }

  // MARK: Many rows

  @Test func `a deletion of many rows leaves marks, and jobs for rows with issues come of them`()
    async throws
  {
    try await Application.with { application in
      try await application.disturb(
        """
        insert into public.file_audit (id, file_number, file_path, file_name, layer_number,
          layer_name, status, workflows, has_technical_debt)
        select g, to_hex(g), 'other/' || g, g, 1, 'one', 'ACTIVE', '{}', false
        from generate_series(1001, 22000) as g;
        truncate jira_sync.jobs
        """)
      try await application.run("delete from public.file_audit")
      let kinds: [String] = try await application.value(
        "select array_agg(kind) as value from jira_sync.jobs")
      #expect(kinds == ["full_sync"])
      let marks: Int = try await application.value(
        "select count(*)::int as value from jira_sync.marks where kind = 'deleted'")
      #expect(marks == 3)
      #expect(try await application.found() == ["1", "2", "3", "4", "5"])
      let areDeletions: Bool = try await application.value(
        """
        select bool_and(args #>> '{deleted,label}' = 'src/' || row_id) as value
        from jira_sync.jobs where row_id is not null
        """)
      #expect(areDeletions)
    }
  }

  @Test func `TRUNCATE leaves one mark, and rows that are added after it are no deletions`()
    async throws
  {
    try await Application.with { application in
      try await application.run("truncate public.file_audit")
      let jobs: Int = try await application.value(
        "select count(*)::int as value from jira_sync.jobs where row_id is not null")
      #expect(jobs == 0)
      try await application.disturb(
        """
        insert into jira_sync.links (row_id, label, issue_id, issue_key, state)
        values ('77', 'later', '77', 'X-77', 'linked')
        """)
      #expect(try await application.found() == ["1", "2", "3", "4", "5"])
    }
  }

  @Test func `rows whose keys change in one statement keep their issues`() async throws {
    try await Application.with { application in
      try await application.disturb(
        """
        alter table public.file_audit drop constraint file_audit_pkey;
        alter table public.file_audit add primary key (id) deferrable;
        insert into jira_sync.conflicts (row_id, field, columns, policy, winner)
        values ('1', 'notes', '{notes}', 'manual', 'open');
        """)
      let pairs: SQL = """
        select array_agg(l.row_id || ' ' || f.file_path order by f.file_path) as value
        from jira_sync.links as l join public.file_audit as f
          on f.id::text = l.row_id and f.file_path = l.label
        """
      try await application.run(
        "update public.file_audit set id = case id when 1 then 2 else 1 end where id in (1, 2)")
      let swapped: [String] = try await application.value(pairs)
      #expect(swapped == ["2 src/1", "1 src/2", "3 src/3", "4 src/4", "5 src/5"])
      try await application.run("update public.file_audit set id = id % 5 + 1")
      let rotated: [String] = try await application.value(pairs)
      #expect(rotated == ["3 src/1", "2 src/2", "4 src/3", "5 src/4", "1 src/5"])
      let conflict: String = try await application.value(
        "select row_id as value from jira_sync.conflicts")
      #expect(conflict == "3")
      #expect(try await application.found() == ["1", "2", "3", "4", "5"])
    }
  }

  // MARK: Secrets

  @Test func `values of columns that are not mapped are copied nowhere`() async throws {
    try await Application.with { application in
      try await application.disturb(
        "alter table public.file_audit add secret text default 'tomato'")
      for statement in Self.writes + [
        "update public.file_audit set secret = 'tomato!', status = 'C'",
        "alter table jira_sync.jobs rename to hidden", "update public.file_audit set status = 'D'",
        "delete from public.file_audit where file_number = '4'", "truncate public.file_audit",
      ] {
        if statement.hasPrefix("alter") {
          try await application.disturb(statement)
        } else {
          try await application.run(statement)
        }
      }
      try await application.disturb("alter table jira_sync.hidden rename to jobs")
      let copies = """
        select count(*)::int as value from (
          select j::text as row from jira_sync.jobs as j
          union all select m::text from jira_sync.marks as m
          union all select e::text from jira_sync.events as e
        ) as all_rows where row like '%tomato%'
        """
      let before: Int = try await application.value(SQL(unescaped: copies))
      #expect(before == 0)
      try await application.reconcile()
      let after: Int = try await application.value(SQL(unescaped: copies))
      #expect(after == 0)
      let jobs: Int = try await application.value(
        "select count(*)::int as value from jira_sync.jobs")
      #expect(jobs > 5)
    }
  }

  // MARK: Concurrency

  @Test func `SERIALIZABLE writers of different rows never conflict`() async throws {
    try await Application.with { application in
      var writers: [PostgresConnection] = []
      for _ in 1...5 {
        writers.append(
          try await PostgresConnection.connect(
            application.database.configuration(as: application.role)))
      }
      for round in 1...5 {
        try await write(String(round), with: writers[...])
        #expect(try await application.found() == ["1", "2", "3", "4", "5"])
        try await application.disturb("truncate jira_sync.jobs")
      }
      for writer in writers { await writer.close() }
    }
  }

  /// Writes a row with each connection; all transactions begin before the first one ends, so each runs beside all others.
  private func write(_ text: String, with writers: ArraySlice<PostgresConnection>) async throws {
    guard let writer = writers.last else { return }
    try await writer.transaction(doing: "writing") { transaction in
      for statement: SQL in [
        "set transaction isolation level serializable", "set local enable_seqscan = off",
        "update public.file_audit set status = \(text) where id = \(writers.count)",
        "update public.file_audit set notes = \(text) where id = \(writers.count)",
      ] { _ = try await transaction.query(statement, doing: "writing") }
      try await write(text, with: writers.dropLast())
    }
  }
}
