import Postgres
import TestSupport
import Testing

/// Another session holds locks on the tables of the queue.
@Suite(.requiresPostgres) struct LockedQueueTests {
  private static let statements = [
    "update public.file_audit set status = 'A' where id = 1",
    "update public.file_audit set status = 'B' where id in (1, 2)",
    """
    insert into public.file_audit (id, file_number, file_path, file_name, layer_number, layer_name,
      status, workflows, has_technical_debt)
    values (1, '1', 'src/1', '1', 1, 'one', 'ACTIVE', '{}', true)
    on conflict (id) do update set status = 'C'
    """, "delete from public.file_audit where id = 1", "truncate public.file_audit",
  ]
  private static let timeouts = [
    "", "set lock_timeout = '100ms'", "set statement_timeout = '1s'",
    "set statement_timeout = '1s'; set lock_timeout = '30s'",
  ]

  @Test(arguments: ["jira_sync.jobs", "jira_sync.jobs, jira_sync.marks"], timeouts)
  func `an application that meets a lock goes on within five seconds`(
    tables: String, setting: String
  ) async throws {
    for statement in Self.statements {
      try await Application.with { application in
        if !setting.isEmpty { try await application.run(setting) }
        let limitsBefore = try await limits(of: application)
        try await holding(tables, of: application) { _ in
          let duration = try await application.run(statement)
          #expect(duration < .seconds(5), "\(statement)")
          #expect(try await limits(of: application) == limitsBefore)
        }
        // Where the marks were locked as well, the inspection finds out.
        try await application.disturb("select * from jira_sync.record_inspection()")
        #expect(try await application.found().contains("1"), "\(statement)")
      }
    }
  }

  /// In one transaction, a lock is waited for once a statement and not once a row.
  @Test func `two statements in one transaction wait twice`() async throws {
    try await Application.with { application in
      try await holding("jira_sync.jobs", of: application) { _ in
        let duration = try await application.run(
          """
          begin; update public.file_audit set status = 'A';
          update public.file_audit set notes = 'A' where id = 1; commit
          """)
        #expect(duration < .seconds(10))
      }
      #expect(try await application.found() == ["1", "2", "3", "4", "5"])
    }
  }

  @Test func `the holder of a lock is named once it lasts`() async throws {
    try await Application.with { application in
      try await holding("jira_sync.jobs", of: application) { pid in
        // The clock of inspect() is the server's: ten seconds have to pass.
        try await application.admin.waitUntil(
          """
          select exists (select from jira_sync.inspect()
            where subject = 'locks' and problem like \("%process \(pid) %jira_sync.jobs%")
            and remedy like \("%pg_terminate_backend(\(pid))%")) as met
          """, doing: "waiting until the lock is named")
      }
      #expect(try await application.problems().isEmpty)
    }
  }

  /// Any role of the server can hold advisory locks.
  @Test func `advisory locks of another session stop no claim`() async throws {
    try await Application.with { application in
      let holder = try await PostgresConnection.connect(
        application.database.configuration(as: application.role))
      try await holder.script(
        """
        select pg_advisory_lock(1784835698, 0), pg_advisory_lock(1784835698, hashtext('poll')),
          pg_advisory_lock(1784835698, hashtext('row:1')),
          pg_advisory_lock(1784835698, hashtext('row:file_audit:1')), pg_advisory_lock(0),
          pg_advisory_lock(hashtext('jira_sync'))
        """, doing: "locking")
      try await application.run("update public.file_audit set status = 'A'")
      try await application.disturb(
        """
        insert into jira_sync.jobs (kind) values ('poll');
        select jira_sync.register(gen_random_uuid(), 'other', '{push}', 1, 8);
        select jira_sync.register('00000000-0000-0000-0000-000000000001', 'a', '{push,poll}', 9, 8)
        """)
      let claimed: Int = try await application.value(
        """
        select count(*)::int as value from jira_sync.claim(
          '00000000-0000-0000-0000-000000000001', '{push,poll}', 100, true)
        """)
      #expect(claimed == 6)
      await holder.close()
    }
  }

  /// Locks tables as long as something runs, which gets the process that holds the locks.
  private func holding(
    _ tables: String, of application: Application, _ body: (Int) async throws -> Void
  ) async throws {
    let holder = try await application.database.connectAsSuperuser()
    try await holder.transaction(doing: "holding locks") { transaction in
      _ = try await transaction.query(
        "lock table \(unescaped: tables) in access exclusive mode", doing: "locking")
      try await body(
        try await transaction.query("select pg_backend_pid() as pid", doing: "asking").one.get(
          "pid"))
    }
    await holder.close()
  }

  private func limits(of application: Application) async throws -> [String] {
    try await application.connection.query(
      """
      select current_setting('lock_timeout') as a, current_setting('statement_timeout') as b,
        current_setting('jit') as c, current_setting('enable_nestloop') as d
      """, doing: "asking"
    ).rows.flatMap { row in try ["a", "b", "c", "d"].map { try row.get($0, as: String.self) } }
  }
}
