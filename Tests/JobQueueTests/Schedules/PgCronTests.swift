import Postgres
import Schema
import TestSupport
import Testing

/// Schedules with the real extension; there is one database for it, so one at a time.
@Suite(
  .serialized, .requiresPostgres, .timeLimit(.minutes(20)),
  .requiresPgCron)
struct PgCronTests {
  /// The database, migrated by a role that is no superuser, with or without the extension.
  private func with(
    extension present: Bool, _ body: (Queue, PostgresConnection) async throws -> Void
  ) async throws {
    try await CronDatabase.with { database in
      let admin = try await database.connectAsSuperuser()
      if present { try await Self.create(on: admin) }
      let owner = try await database.connect()
      _ = try await Schema.migrator.apply(on: owner)
      try await body(Queue(database: database, connection: owner), admin)
      try await admin.script("drop extension if exists pg_cron cascade", doing: "tidying up")
      await owner.close()
      await admin.close()
    }
  }

  private static func create(on admin: PostgresConnection) async throws {
    try await admin.script(
      "create extension pg_cron; grant usage on schema cron to jira_sync_test_owner",
      doing: "making the extension")
  }

  /// Who keeps what, and where pg_cron stands.
  private func keepers(_ queue: Queue) async throws -> [String] {
    try await queue.run(
      "select name || ' ' || scheduler as line from jira_sync.schedule_list order by name"
    ).rows.map { row in try row.get("line") }
  }

  private func cronJobs(_ queue: Queue) async throws -> [String] {
    try await queue.run("select jobname || ' ' || schedule as line from cron.job order by jobname")
      .rows.map { row in try row.get("line") }
  }

  @Test func `whole minutes are kept by pg cron and seconds by the workers`() async throws {
    try await with(extension: true) { queue, _ in
      #expect(try await keepers(queue) == ["poll pg_cron", "sweep pg_cron"])
      #expect(
        try await cronJobs(queue) == ["jira_sync:poll * * * * *", "jira_sync:sweep 0 0 * * *"])
      try await queue.run("select jira_sync.schedule('full_sync', '0 3 * * *')")
      #expect(try await cronJobs(queue).contains("jira_sync:full_sync 0 3 * * *"))
      // Debian's pg_cron is 1.4 and refuses seconds.
      let said: String = try await queue.value(
        "select jira_sync.schedule('poll', '30 seconds') as value")
      let knowsSeconds: Bool = try await queue.value(
        "select seconds as value from jira_sync.pg_cron_state()")
      #expect(said.contains(knowsSeconds ? "kept by pg_cron" : "kept by the workers"))
      if !knowsSeconds {
        #expect(
          try await queue.value(
            "select scheduler_reason like 'pg_cron 1.4% cannot keep \"30 seconds\"' as value from jira_sync.schedule_list where name = 'poll'"
          ))
        #expect(try await cronJobs(queue).contains { $0.contains("poll") } == false)
      }
      try await queue.run("select jira_sync.unschedule('full_sync')")
      try await queue.run("select jira_sync.schedule('poll', '*/5 * * * *')")
      try await queue.run("select jira_sync.schedule('poll', '*/5 * * * *')")
      #expect(
        try await cronJobs(queue) == ["jira_sync:poll */5 * * * *", "jira_sync:sweep 0 0 * * *"])
    }
  }

  /// The extension comes and goes under a running system: the next look of a worker moves the schedules, and no tick.
  @Test func `switching doubles and loses nothing`() async throws {
    try await with(extension: false) { queue, admin in
      #expect(try await keepers(queue) == ["poll worker", "sweep worker"])
      let due =
        "select string_agg(next_tick_at::text, ' ' order by name) as value from jira_sync.schedules"
      try await queue.run("update jira_sync.schedules set next_tick_at = '2100-01-01'")
      let before: String = try await queue.value(SQL(unescaped: due))
      // The extension, but no right on it.
      try await admin.script("create extension pg_cron", doing: "making the extension")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(
        try await queue.value(
          "select reason like 'the role % may not use pg_cron' and remedy like 'As a superuser: grant %' as value from jira_sync.pg_cron_state()"
        ))
      #expect(try await keepers(queue) == ["poll worker", "sweep worker"])
      try await admin.script(
        "grant usage on schema cron to jira_sync_test_owner", doing: "granting")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await keepers(queue) == ["poll pg_cron", "sweep pg_cron"])
      // Somebody took the job out of pg_cron by hand.
      try await queue.run("select cron.unschedule('jira_sync:poll')")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await cronJobs(queue).count == 2)
      try await admin.script("drop extension pg_cron cascade", doing: "dropping the extension")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await keepers(queue) == ["poll worker", "sweep worker"])
      #expect(try await queue.value(SQL(unescaped: due), as: String.self) == before)
      #expect(try await queue.entries().isEmpty)
    }
  }

  /// pg_cron itself, at the next full minute: one job, taken by nobody else; and its log is pruned.
  @Test func `pg cron takes a tick and its log is pruned`() async throws {
    try await with(extension: true) { queue, admin in
      try await admin.script(
        """
        insert into cron.job_run_details (jobid, runid, database, username, command, status, end_time)
        select jobid, nextval('cron.runid_seq'), database, username, command, 'succeeded', now() - interval '2 days'
        from cron.job
        """, doing: "making an old log")
      try await queue.run("update jira_sync.schedules set next_tick_at = now() where name = 'poll'")
      try await queue.connection.waitUntil(
        "select (select ticks = 1 from jira_sync.schedules where name = 'poll') as met",
        doing: "waiting for pg_cron's minute")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await queue.entries().map(\.kind) == ["poll"])
      #expect(
        try await queue.value(
          """
          select count(*) = 0 as value from cron.job_run_details as d
          join cron.job as j on j.jobid = d.jobid
          where j.jobname = 'jira_sync:poll' and d.end_time < now() - interval '1 day'
          """))
      #expect(try await queue.value("select count(*) = 0 as value from jira_sync.events"))
    }
  }

  /// pg_cron stalls without a word: after a while a worker takes the tick, and says so.
  @Test func `a stalled pg cron is noticed`() async throws {
    try await with(extension: true) { queue, _ in
      try await queue.server(startedAt: "'-infinity'::timestamptz")
      // pg_cron itself, whose minute may come meanwhile, finds nothing to do.
      try await queue.run(
        "update jira_sync.schedules set next_tick_at = '2100-01-01' where name = 'poll'")
      try await queue.run(
        "update jira_sync.schedules set next_tick_at = now() - interval '20 s' where name = 'sweep'"
      )
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await queue.entries().isEmpty, "pg_cron may still come")
      try await queue.run(
        "update jira_sync.schedules set next_tick_at = now() - interval '2 min' where name = 'sweep'"
      )
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await queue.entries().map(\.kind) == ["sweep"])
      #expect(
        try await queue.value(
          "select message like 'pg_cron did not take the tick of sweep%' as value from jira_sync.events"
        ))
    }
  }
}
