import Postgres
import Schema
import TestSupport
import Testing

/// What functions and triggers do in sessions that nobody pinned: those of applications, of psql and of pg_cron.
@Suite(.requiresPostgres) struct HostileSettingsTests {
  /// Functions that are called for each job, each heartbeat or each changed row, and the versioned ones.
  private static let exempt: Set = [
    "wake", "jobs_changed", "claim", "quarantined_job", "due_jobs", "merge_jobs", "enqueue_change",
    "lock_leases", "settle", "heartbeat", "enqueue_changes", "take_send_slots", "send_obstacle",
    "check_job", "error_pattern", "row_fingerprint", "file_audit_changed",
  ]

  /// Everything that people, applications, pg_cron and workers call, with what is in the way of each setting.
  private static let calls: [SQL] = [
    """
    insert into public.file_audit (id, file_number, file_path, file_name, layer_number, layer_name,
      status, workflows, has_technical_debt, technical_debt)
    select n, to_hex(n), 'src/' || n, n::text, 1, 'one', 'ACTIVE', array['a', null], true, 'old'
    from generate_series(1, 8) as n
    """,
    """
    insert into jira_sync.links (table_name, row_id, label, issue_id, issue_key, state, base, last_error)
    select 'file_audit', f.id::text, f.file_path, f.id::text, 'X-' || f.id, 'linked', to_jsonb(f),
      case when f.id > 6 then 'issue X-' || f.id || ' has no option "a b" in src/x of 12' end
    from public.file_audit as f
    """,
    "update public.file_audit set notes = 'one' where id between 1 and 1",
    "update public.file_audit set notes = 'many' where id between 2 and 4",
    "update public.file_audit set id = 50 where id between 5 and 5",
    "delete from public.file_audit where id between 6 and 6",
    "update jira_sync.links set last_error = null where row_id between '7' and '7'",
    "select jira_sync.enqueue('pull', '1'), jira_sync.enqueue('sync', 2), jira_sync.enqueue('poll')",
    "insert into jira_sync.jobs (kind, row_id) values ('push', '3')",
    "insert into jira_sync.jobs (kind, args) values ('noop', '{\"key\": \"a\"}')",
    """
    select jira_sync.schedule('poll', '*/5 * * * *'), jira_sync.schedule('sweep', '5 min'),
      jira_sync.schedule('nightly', '30  3 * * mon-fri', 'full_sync', '{\"a\": 1}'),
      jira_sync.schedule('report', '@daily'), jira_sync.unschedule('report')
    """,
    "update jira_sync.schedules set next_tick_at = '2026-01-02T03:04:05Z', last_tick_at = '2026-01-01T00:00:00Z'",
    "select jira_sync.tick('poll'), jira_sync.tick('nightly'), jira_sync.run_schedules()",
    "select jira_sync.pause('a test'), jira_sync.resume()",
    """
    insert into jira_sync.conflicts (table_name, row_id, field, columns, policy, winner)
    values ('file_audit', '1', 'notes', array['notes'], 'manual', 'open')
    """,
    #"select jira_sync.resolve_conflict(id, 'value', E'"a\\\\b"', 'ada') from jira_sync.conflicts"#,
    """
    insert into jira_sync.suspended_fields (row_id, field, side_changes, suspended_until)
    values ('2', 'notes', 6, '2099-01-02T03:04:05Z'), ('3', 'notes', 6, '2099-01-02T03:04:05Z')
    """,
    "select jira_sync.resume_field('2')",
    """
    select jira_sync.register_channels('test', '[{"name": "mail", "severity": "info", "kinds": [], "also": [], "never": [],
      "resolved": true, "digest": 90.5, "by_issue": false}]')
    """,
    "select jira_sync.register('00000000-0000-0000-0000-000000000001', 'w:1', array['push', 'pull', 'sync', 'noop', 'poll'], 9, 8)",
    """
    insert into public.file_audit_results
    select c.kind, c.row_id, c.args from jira_sync.claim(
      '00000000-0000-0000-0000-000000000001', array['push', 'pull', 'sync', 'noop', 'poll'], 1000, true) as c
    """,
    """
    select jira_sync.lock_leases('00000000-0000-0000-0000-000000000001', array_agg(j.id), array_agg(j.token))
    from jira_sync.jobs as j where j.worker is not null
    """,
    """
    select jira_sync.settle('00000000-0000-0000-0000-000000000001', array_agg(j.id), array_agg(j.token),
      array_agg(case when j.row_id between '1' and '1' then 'dead' when j.row_id between '2' and '2' then 'retry' else 'done' end),
      array_agg(case when j.row_id between '1' and '2' then 'a "b"' end), array_agg(0::float8), array_agg(true))
    from jira_sync.jobs as j where j.worker is not null
    """,
    "select * from jira_sync.heartbeat('00000000-0000-0000-0000-000000000001', true, interval '1 hour')",
    "select jira_sync.rescue('00000000-0000-0000-0000-000000000001')",
    "update jira_sync.control set maintained_at = '-infinity'", "select jira_sync.maintain()",
    "select jira_sync.watch_columns('file_audit', array['notes', 'id', 'technical_debt', 'file_path', 'has_technical_debt'])",
    "insert into jira_sync.marks (table_name, kind, reason, last_link_id) values ('file_audit', 'changed', 'a test', 100)",
    "select jira_sync.record_inspection()", "select jira_sync.reconcile_marks(3)",
    "select jira_sync.reconcile_marks(3)", "select jira_sync.reconcile_marks(300)",
    "select jira_sync.reconcile_marks()",
    "select jira_sync.set_limits(0.1, '{\"POST /issue\": 0.3}')",
    "select jira_sync.take_send_slots(array['POST /issue', 'GET /x'], array['', 'X-1'], 0)",
    "select jira_sync.record_limit('site', 1.5, 'said')",
    "select jira_sync.send_obstacle('GET /x', 'X-1', 0)",
    "select jira_sync.report_circuit_failure('00000000-0000-0000-0000-000000000001', 'w', 'c', 'unreachable', 'r', 'x')",
    "update jira_sync.circuit set next_probe_at = '-infinity'",
    "select jira_sync.take_probe('00000000-0000-0000-0000-000000000001')",
    "select jira_sync.close_circuit('00000000-0000-0000-0000-000000000001', 'w', 'c')",
    "select jira_sync.collect_events('mail'), jira_sync.resolve_finished(), jira_sync.retry_messages()",
    "select jira_sync.retry_dead()", "select * from jira_sync.debt_spans()",
    "select jira_sync.row_may_exist('file_audit', '1'), jira_sync.missing_columns()",
    """
    insert into public.file_audit_results
    select 'row', r.row_id, coalesce(r.content, '{}') || jsonb_build_object('suspended', r.suspended)
    from jira_sync.rows_with_links('file_audit', array['1', '3', '99']) as r
    """,
    """
    insert into public.file_audit_results select 'tick', null, to_jsonb(extract(epoch from t.tick))
    from jira_sync.ticks('0 0 29 2 *', '2026-01-02T03:04:05Z', '2040-01-01T00:00:00Z', 9) as t (tick)
    """,
    """
    insert into public.file_audit_results
    select 'inspection', i.subject, to_jsonb(i.problem) from jira_sync.inspect() as i
    """,
    "select * from jira_sync.status", "select * from jira_sync.schedule_list",
    "select jira_sync.unregister('00000000-0000-0000-0000-000000000001')",
    "truncate public.file_audit",
  ]

  /// What is compared: everything but ids and times, each once, since SERIALIZABLE enqueues a job for each change.
  private static let questions: [SQL] = [
    "select distinct concat_ws('|', kind, table_name, row_id, state, priority, args, attempt, last_error) as text from jira_sync.jobs order by 1",
    "select distinct concat_ws('|', kind, row_id, outcome, error) as text from jira_sync.job_history order by 1",
    "select distinct concat_ws('|', row_id, label, state, last_error, base - '{created_at,updated_at}'::text[]) as text from jira_sync.links order by 1",
    "select distinct concat_ws('|', row_id, resolution, resolution_value, resolved_by) as text from jira_sync.conflicts order by 1",
    """
    select concat_ws('|', name, kind, cron, args, scheduler, enabled, last_tick_at is null, missed > 0,
      case when cron not like '%min%' then to_char(next_tick_at at time zone 'UTC', 'HH24:SS D') end) as text
    from jira_sync.schedules where name <> 'poll' order by 1
    """,
    """
    select distinct concat_ws('|', kind, severity, fingerprint, subject, remedy, resolves,
      regexp_replace(message, '[0-9:.]+', '#', 'g')) as text from jira_sync.events order by 1
    """,
    "select concat_ws('|', name, active, severity, digest) as text from jira_sync.channels order by 1",
    "select concat_ws('|', fingerprint, severity, subjects) as text from jira_sync.incidents order by 1",
    "select concat_ws('|', scope, rate, blocked_until is null, generation) as text from jira_sync.rate_limits order by 1",
    "select concat_ws('|', kind, reason, row_ids) as text from jira_sync.marks order by 1",
    "select concat_ws('|', row_id, field) as text from jira_sync.suspended_fields order by 1",
    "select concat_ws('|', watched_columns, broken_since) as text from jira_sync.tables order by 1",
    "select distinct concat_ws('|', what, row_id, case jsonb_typeof(value) when 'object' then value - '{created_at,updated_at}'::text[] else value end) as text from public.file_audit_results order by 1",
    "select concat_ws('|', key, value) as text from jsonb_each(jira_sync.checksums()) order by 1",
    "select md5(prosrc) as text from pg_proc where proname = 'file_audit_changed'",
  ]

  /// Caught: a function without the settings that it depends on.
  ///
  /// Most fail at once, or leave something else.
  @Test func `all functions do the same in a session with hostile settings`() async throws {
    let expected = try await outcome(isHostile: false)
    let found = try await outcome(isHostile: true)
    for (question, answers) in zip(Self.questions, zip(found, expected)) {
      #expect(answers.0 == answers.1, "\(question.text)")
    }
    #expect(expected.allSatisfy { !$0.isEmpty } || expected.filter(\.isEmpty).count == 1)
  }

  private func outcome(isHostile: Bool) async throws -> [[String]] {
    try await Audit.with { audit in
      try await audit.run(
        "create table public.file_audit_results (what text, row_id text, value jsonb)")
      try await audit.run(
        "insert into jira_sync.site (base_url, project_key, deployment) values ('https://jira.example', 'X', 'cloud')"
      )
      if isHostile { try await HostileSettings.impose(on: audit.database) }
      let session = try await audit.database.connect()
      if isHostile { try await HostileSettings.impose(on: session) }
      for call in Self.calls { _ = try await session.query(call, doing: call.text) }
      await session.close()
      var answers: [[String]] = []
      for question in Self.questions {
        answers.append(try await audit.run(question).rows.map { try $0.get("text") })
      }
      return answers
    }
  }

  /// Caught: an installation by `supabase db push`, whose session has settings of its own.
  @Test func `exported files install the same in a session with hostile settings`() async throws {
    func installed(_ isHostile: Bool) async throws -> [String] {
      try await withDatabase(migrated: false) { database in
        if isHostile { try await HostileSettings.impose(on: database) }
        let session = try await database.connect()
        // With decoys in front of the operators of the server, not even a CHECK constraint means what it says, and a session
        // that is to end at any error ends where an installation handles one.
        if isHostile {
          try await HostileSettings.impose(on: session, except: ["search_path", "exit_on_error"])
        }
        for file in Schema.migrations { try await session.script(file.sql, doing: file.file) }
        for file in Schema.functions { try await session.script(file.sql, doing: file.file) }
        await session.close()
        let look = try await database.connect()
        let questions: [SQL] = [
          """
          select concat_ws('|', oid::regprocedure, replace(array_to_string(proconfig, ';'), '"', ''), prosrc, proacl) as text
          from pg_proc where pronamespace = 'jira_sync'::regnamespace order by 1
          """,
          "select concat_ws('|', name, cron) as text from jira_sync.schedules order by 1",
          "select pg_get_constraintdef(oid) as text from pg_constraint where connamespace = 'jira_sync'::regnamespace order by 1",
          "select concat_ws('|', subject, problem) as text from jira_sync.inspect() order by 1",
          "select pg_get_expr(adbin, adrelid) as text from pg_attrdef order by 1",
          "select prosrc as text from pg_proc where proname = 'file_audit_changed'",
        ]
        var texts: [String] = []
        for question in questions {
          texts += try await look.query(question, doing: "looking").rows.map { try $0.get("text") }
        }
        await look.close()
        return texts
      }
    }
    let expected = try await installed(false)
    #expect(expected.count > 100)
    let difference = try await installed(true).difference(from: expected)
    #expect(difference.isEmpty)
  }

  /// Caught: a key that is another text in each session, so that the job of a change names no row.
  @Test func `a key or label whose text depends on settings is written as a worker writes it`()
    async throws
  {
    try await Audit.with { audit in
      try await audit.script(
        """
        create table public.readings (at timestamptz primary key, value float8, span interval);
        insert into jira_sync.tables (table_name, schema_name, relation_name, key_column, label_column)
        values ('readings', 'public', 'readings', 'at', 'value');
        select jira_sync.watch_columns('readings', array['span']);
        """)
      try await HostileSettings.impose(on: audit.database)
      let session = try await audit.database.connect()
      try await HostileSettings.impose(on: session)
      for statement: SQL in [
        "insert into public.readings values ('2026-01-02T03:04:05Z', 0.1::float8 + 0.2::float8, '1 day')",
        "update public.readings set span = '2 days'",
        "insert into jira_sync.links (table_name, row_id, label) values ('readings', '2026-01-02 03:04:05+00', 'a label')",
        "delete from public.readings",
      ] { _ = try await session.query(statement, doing: statement.text) }
      await session.close()
      #expect(
        try await audit.run("select distinct row_id from jira_sync.jobs").one.get("row_id")
          == "2026-01-02 03:04:05+00")
      #expect(
        try await audit.value(
          "select args #>> '{deleted,label}' as value from jira_sync.jobs where args <> '{}'")
          == "0.30000000000000004")
      #expect(
        try await audit.value(
          "select count(*) as value from jira_sync.inspect() where problem like '%trigger%'",
          as: Int.self)
          == 0)
    }
  }

  /// Caught: a function that got no settings, and one of the hot path that begins to need them.
  @Test func `each function has the settings, or uses nothing that depends on them`() async throws {
    try await Audit.with { audit in
      let functions = try await audit.run(
        """
        select p.proname::text as name, p.prosrc as source, (
            select count(*) from unnest(jira_sync.pinned_settings()) as s (setting)
            where lower(split_part(s.setting, ' ', 1)) in (
              select lower(split_part(c.entry, '=', 1)) from unnest(p.proconfig) as c (entry))
          ) = cardinality(jira_sync.pinned_settings()) as is_pinned
        from pg_proc as p where p.pronamespace = 'jira_sync'::regnamespace
        """)
      var exempt: Set<String> = []
      for function in functions.rows where try !function.get("is_pinned", as: Bool.self) {
        let name: String = try function.get("name")
        exempt.insert(name)
        guard !["check_job", "error_pattern", "row_fingerprint"].contains(name) else { continue }
        let source: String = try function.get("source")
        for text in [
          "\\", "to_char", "to_date", "quote_ident", "%I", "format_type", " day'", "regclass",
        ] {
          #expect(!source.contains(text), "\(name) uses \(text)")
        }
      }
      #expect(exempt == Self.exempt)
    }
  }
}
