import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct TriggerTests {
  @Test func `new rows with debt want an issue and others do not`() async throws {
    try await Audit.with { audit in
      try await audit.run(Audit.adding(1...3, debt: true))
      try await audit.run(Audit.adding(4...6, debt: false))
      #expect(
        try await audit.jobs()
          == [1, 2, 3].map { Audit.Job(kind: "push", row: $0, priority: 0) })
    }
  }

  @Test func `copy enqueues as insert does`() async throws {
    try await Audit.with { audit in
      let admin = try await audit.database.connectAsSuperuser()
      try await admin.script(
        #"""
        copy public.file_audit (
          file_number, file_path, file_name, layer_number, layer_name, status, workflows,
          has_technical_debt)
        from program 'printf "1\tsrc/a\ta\t1\tone\tACTIVE\t{}\ttrue\n2\tsrc/b\tb\t1\tone\tACTIVE\t{}\tfalse\n"'
        """#, doing: "copying")
      await admin.close()
      #expect(try await audit.enqueued() == [1])
    }
  }

  @Test func `a change of a mapped column enqueues its row only`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...3, debt: true)
      try await audit.run("update public.file_audit set technical_debt = 'new' where id = 2")
      #expect(try await audit.enqueued() == [2])
    }
  }

  /// Nothing that is mapped changed: another column, the same value, no row at all.
  @Test(arguments: [
    "update public.file_audit set updated_at = now()",
    "update public.file_audit set jira_tickets = '{X-1}'",
    "update public.file_audit set technical_debt = technical_debt",
    "update public.file_audit set technical_debt = 'new' where id = 4711",
    "delete from public.file_audit where id = 4711",
  ]) func `what changes nothing enqueues nothing`(statement: String) async throws {
    try await Audit.with { audit in
      try await audit.add(1...3, debt: true)
      try await audit.run(SQL(unescaped: statement))
      let jobs = try await audit.jobs()
      #expect(jobs.isEmpty)
    }
  }

  @Test func `a row without debt matters only where it has an issue`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...2, debt: false)
      try await audit.link(2)
      try await audit.run("update public.file_audit set notes = 'new'")
      #expect(try await audit.enqueued() == [2])
    }
  }

  @Test func `debt that comes or goes is a change`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...1, debt: true)
      try await audit.add(2...2, debt: false)
      try await audit.link(1)
      try await audit.run(
        "update public.file_audit set has_technical_debt = not has_technical_debt")
      #expect(try await audit.enqueued() == [1, 2])
    }
  }

  @Test func `a null that comes or goes is a change`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...2, debt: true)
      try await audit.run("update public.file_audit set notes = 'x' where id = 1")
      try await audit.run("update public.file_audit set technical_debt = null where id = 2")
      #expect(try await audit.enqueued() == [1, 2])
    }
  }

  /// Nothing else will know what a deleted row held.
  @Test func `the values of a deleted row travel in its job`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...3, debt: true)
      try await audit.add(4...5, debt: false)
      try await audit.link(5)
      try await audit.run("delete from public.file_audit where id in (2, 4, 5)")
      #expect(try await audit.enqueued() == [2, 5])
      #expect(
        try await audit.value(
          """
          select args #>> '{deleted,label}' as value from jira_sync.jobs where row_id = '2'
          """) == "src/2")
    }
  }

  /// Broken variant: a job for each row makes TRUNCATE of a large table as slow as DELETE.
  @Test func `TRUNCATE leaves one mark, which becomes a job for each linked row`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...3, debt: true)
      try await audit.add(4...5, debt: false)
      for row in [1, 5] { try await audit.link(row) }
      try await audit.run("truncate public.file_audit")
      #expect(try await audit.jobs().map(\.kind) == ["full_sync"])
      #expect(try await audit.value("select count(*) as value from jira_sync.marks") == 1)
      while try await audit.value("select jira_sync.reconcile_marks(1) as value") {}
      #expect(try await audit.enqueued() == [1, 5])
      #expect(
        try await audit.value(
          """
          select array_agg(args #>> '{deleted,label}' order by row_id) as value from jira_sync.jobs
          where row_id is not null
          """) == ["src/1", "src/5"])
    }
  }

  @Test(arguments: [
    "insert into public.file_audit (id, file_number, file_path, file_name, layer_number, layer_name, status, workflows, has_technical_debt) values (9, '9', 'src/9', '9', 1, 'one', 'ACTIVE', '{}', true)",
    "update public.file_audit set notes = 'new'",
    "delete from public.file_audit",
    "truncate public.file_audit",
  ]) func `what is rolled back enqueues nothing`(statement: String) async throws {
    struct Undone: Error {}
    try await Audit.with { audit in
      try await audit.add(1...3, debt: true)
      await #expect(throws: Undone.self) {
        try await audit.connection.transaction(doing: "writing and thinking again") { transaction in
          _ = try await transaction.query(SQL(unescaped: statement), doing: "writing")
          let count: Int = try await transaction.query(
            "select count(*) from jira_sync.jobs", doing: "counting"
          ).one.get("count")
          #expect(count > 0)
          throw Undone()
        }
      }
      #expect(try await audit.jobs().isEmpty)
    }
  }

  @Test func `a statement of any size is one insert and one notification`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...2_000, debt: true)
      let worker = "00000000-0000-0000-0000-000000000001"
      try await audit.run("select jira_sync.register(\(worker)::uuid, 'test', '{push}', 1, 8)")
      try await audit.run("select jira_sync.heartbeat(\(worker)::uuid, true)")
      let listener = try await audit.database.connect()
      try await listener.listen("jira_sync")
      try await audit.run("update public.file_audit set notes = 'new'")
      try await audit.run("select pg_notify('jira_sync', 'end')")
      var payloads: [String] = []
      for try await notification in listener.notifications {
        payloads.append(notification.payload)
        if notification.payload == "end" { break }
      }
      #expect(payloads == ["", "end"])
      #expect(try await audit.enqueued().count == 2_000)
      await listener.close()
    }
  }

  @Test func `what waits already covers a change`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...100, debt: true)
      for number in 0..<3 {
        try await audit.run("update public.file_audit set notes = \(String(number))")
      }
      #expect(try await audit.jobs().count == 100)
    }
  }

  /// A pull does not write to JIRA, a job of tomorrow comes too late, and one that failed waits for its next attempt.
  @Test(arguments: [
    "insert into jira_sync.jobs (kind, row_id) values ('pull', 1)",
    "insert into jira_sync.jobs (kind, row_id, run_at) values ('push', 1, now() + interval '1 day')",
    "insert into jira_sync.jobs (kind, row_id, attempt) values ('push', 1, 3)",
    "insert into jira_sync.jobs (kind, row_id, priority) values ('push', 1, -1)",
  ]) func `what waits for something else does not cover a change`(job: String) async throws {
    try await Audit.with { audit in
      try await audit.add(1...1, debt: true)
      try await audit.run(SQL(unescaped: job))
      try await audit.run("update public.file_audit set notes = 'new'")
      #expect(try await audit.jobs().count == 2)
    }
  }

  @Test func `a worker's write to a row whose job it runs enqueues nothing, any other write does`()
    async throws
  {
    try await Audit.with { audit in
      try await audit.add(1...2, debt: true)
      let worker = "00000000-0000-0000-0000-000000000001"
      let other = "00000000-0000-0000-0000-000000000002"
      try await audit.run("select jira_sync.register(\(worker)::uuid, 'test', '{push}', 1, 8)")
      try await audit.run("insert into jira_sync.jobs (kind, row_id) values ('push', 1)")
      try await audit.run("select jira_sync.claim(\(worker)::uuid, '{push}', 1, true)")
      for (writer, waiting) in [(worker, [2]), (other, [1, 2])] {
        try await audit.connection.transaction(doing: "writing as a worker") { transaction in
          for statement: SQL in [
            "select set_config('jira_sync.writer', \(writer), true)",
            "update public.file_audit set notes = \("of " + writer)",
          ] { _ = try await transaction.query(statement, doing: "writing as a worker") }
        }
        let rows = try await audit.run(
          "select row_id as row from jira_sync.jobs where state = 'ready' order by row_id"
        ).rows.map { try $0.get("row", as: Int.self) }
        #expect(rows == waiting)
      }
    }
  }

  /// Caught: a comparison that fails in the application's own UPDATE, since the type has no equality.
  @Test func `columns of any type can be watched`() async throws {
    try await Audit.with { audit in
      try await audit.run(
        "alter table public.file_audit add extra json, add place point, add more json[]")
      try await audit.add(1...2, debt: true)
      try await audit.run(
        "select jira_sync.watch_columns('file_audit', array['notes', 'extra', 'place', 'more'])")
      try await audit.run("update public.file_audit set status = 'OTHER'")
      #expect(try await audit.jobs().isEmpty)
      try await audit.run(
        "update public.file_audit set extra = '{\"a\": 1}', place = '(1,2)', more = '{null}' where id = 2"
      )
      #expect(try await audit.enqueued() == [2])
    }
  }

  /// Broken variant: a trigger that names a column which is not there makes every UPDATE of the application fail.
  @Test func `a column that was renamed makes no statement fail, and inspect names it`()
    async throws
  {
    try await Audit.with { audit in
      try await audit.add(1...1, debt: true)
      try await audit.run(
        "insert into jira_sync.site (base_url, project_key, deployment) values ('b', 'P', 'cloud')")
      try await audit.run(
        "select jira_sync.watch_columns('file_audit', array['notes', 'technical_debt'])")
      try await audit.run("alter table public.file_audit rename notes to remarks")
      try await audit.run("update public.file_audit set status = 'OTHER'")
      #expect(
        try await audit.value(
          "select bool_or(problem like '%column notes%') as value from jira_sync.inspect()"))
      try await audit.run("select jira_sync.watch_columns('file_audit')")
      try await audit.run("update public.file_audit set remarks = 'x'")
      #expect(try await audit.jobs().isEmpty)
      try await audit.run("update public.file_audit set technical_debt = 'x'")
      #expect(try await audit.enqueued() == [1])
    }
  }

  @Test func `only watched columns count`() async throws {
    try await Audit.with { audit in
      try await audit.add(1...1, debt: true)
      let watched: [String] = try await audit.value(
        "select jira_sync.watch_columns('file_audit', array['notes', 'jira_tickets', 'nowhere']) as value"
      )
      #expect(watched == ["jira_tickets", "notes"])
      try await audit.run("update public.file_audit set technical_debt = 'new'")
      #expect(try await audit.jobs().isEmpty)
      try await audit.run("update public.file_audit set jira_tickets = '{X-1}'")
      #expect(try await audit.enqueued() == [1])
      let error = await #expect(throws: PostgresError.self) {
        try await audit.run("select jira_sync.watch_columns('file_audit', array['nowhere'])")
      }
      #expect(error?.sqlState == "42703")
    }
  }

  /// Caught: "tuple concurrently updated", where the workers of a fleet start together.
  @Test func `workers that start together may all say what they watch`() async throws {
    try await Audit.with { audit in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<6 {
          let connection = try await audit.database.connect()
          group.addTask {
            for _ in 0..<10 {
              _ = try await connection.query(
                "select jira_sync.watch_columns('file_audit', array['notes', 'status'])",
                doing: "watching")
            }
          }
        }
        try await group.waitForAll()
      }
      try await audit.add(1...1, debt: true)
      try await audit.run("update public.file_audit set status = 'GONE'")
      #expect(try await audit.enqueued() == [1])
    }
  }

  /// The plans of the first statements are made while the queue is empty, and kept.
  @Test(arguments: ["read committed", "repeatable read"])
  func `many changes in one transaction find their jobs by key`(isolation: String) async throws {
    try await Audit.with { audit in
      try await audit.add(1...300, debt: true)
      try await audit.run("vacuum analyze jira_sync.jobs")
      try await audit.connection.transaction(doing: "changing row by row") { transaction in
        _ = try await transaction.query(
          "set transaction isolation level \(SQL(unescaped: isolation))", doing: "setting the level"
        )
        _ = try await transaction.query(
          """
          do $$ begin
            for round in 1..2 loop
              for i in 1..300 loop update public.file_audit set notes = round || ' ' || i where id = i; end loop;
            end loop;
          end $$
          """, doing: "changing row by row")
        let read: Int = try await transaction.query(
          """
          select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) as read
          from pg_stat_xact_user_tables where relid = 'jira_sync.jobs'::regclass
          """, doing: "counting what was read"
        ).one.get("read")
        // Without an index on the key it would be 300 times more.
        #expect(read < 3_000, "\(read) jobs were read")
      }
    }
  }
}
