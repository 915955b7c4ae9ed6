import Postgres
import TestSupport
import Testing

/// Periodic work as the database keeps it: one table, each tick once for the whole fleet.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct ScheduleTests {
  /// Makes a schedule due, as if its tick had come so long ago.
  private func makeDue(_ queue: Queue, _ name: String, ago: String = "0 s") async throws {
    try await queue.run(
      """
      update jira_sync.schedules set next_tick_at = clock_timestamp() - \(ago)::interval
      where name = \(name)
      """)
  }

  private func jobs(_ queue: Queue, _ kind: String) async throws -> Int {
    try await queue.value("select count(*) as value from jira_sync.jobs where kind = \(kind)")
  }

  @Test func `without any configuration the poll comes every minute and the sweep daily`()
    async throws
  {
    try await Queue.with { queue in
      let rows = try await queue.run(
        "select name || ' ' || cron || ' ' || scheduler as line from jira_sync.schedule_list order by name"
      ).rows.map { row in try row.get("line", as: String.self) }
      #expect(rows == ["poll 1 minute worker", "sweep 1 day worker"])
      #expect(try await queue.entries().isEmpty, "a schedule that waits is no job")
    }
  }

  @Test func `a due tick enqueues one job and moves on`() async throws {
    try await Queue.with { queue in
      // Days, so that no minute passes on a slow machine.
      try await queue.run("select jira_sync.schedule('poll', '1 day')")
      #expect(
        try await queue.value("select jira_sync.run_schedules() > 0 as value", as: Bool.self))
      #expect(try await jobs(queue, "poll") == 0)
      try await makeDue(queue, "poll")
      try await queue.run("select jira_sync.run_schedules()")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await jobs(queue, "poll") == 1)
      #expect(
        try await queue.value(
          """
          select last_run <= now() and next_run > now() as value from jira_sync.schedule_list
          where name = 'poll'
          """))
    }
  }

  /// A poll that waits, or failed and will be tried again, covers the tick: an outage piles nothing up.
  @Test func `a waiting job covers the tick`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        "insert into jira_sync.jobs (kind, attempt, run_at) values ('poll', 3, now() + interval '1 hour')"
      )
      for _ in 0..<3 {
        try await makeDue(queue, "poll")
        try await queue.run("select jira_sync.run_schedules()")
      }
      #expect(try await jobs(queue, "poll") == 1)
      // One that somebody wants tomorrow does not.
      try await queue.run("update jira_sync.jobs set attempt = 0")
      try await makeDue(queue, "poll")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await jobs(queue, "poll") == 2)
    }
  }

  /// Sixteen workers at the same moment, again and again.
  private func rush(_ queue: Queue, rounds: Int) async throws -> Int {
    try await queue.run("select jira_sync.schedule('beat', '1 day', kind => 'noop')")
    for _ in 0..<rounds {
      try await makeDue(queue, "beat")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<6 {
          let database = queue.database
          group.addTask {
            let connection = try await database.connect()
            let call: SQL =
              worker % 2 == 0
              ? "select jira_sync.run_schedules()" : "select jira_sync.tick('beat')"
            _ = try await connection.query(call, doing: "taking a tick")
            await connection.close()
          }
        }
        try await group.waitForAll()
      }
    }
    return try await jobs(queue, "noop")
  }

  @Test func `each tick is taken once however many try`() async throws {
    try await Queue.with { queue in
      let taken = try await rush(queue, rounds: 8)
      #expect(taken == 8)
    }
  }

  /// Broken variant: without the lock of the row several take the same tick.
  @Test func `without the lock ticks are doubled`() async throws {
    try await Queue.with { queue in
      try await queue.breakFunction(
        "jira_sync.run_schedules()",
        replacing: "        order by r.next_tick_at\n        for update skip locked\n",
        with: "        order by r.next_tick_at\n")
      try await queue.breakFunction(
        "jira_sync.tick(text)", replacing: " and r.enabled for update;", with: " and r.enabled;")
      // What makes the two of a moment overlap surely.
      try await queue.breakFunction(
        "jira_sync.run_tick(jira_sync.schedules,text)", replacing: "    job bigint;\n",
        with: "    job bigint;\n    nap text := pg_sleep(1)::text;\n")
      #expect(try await rush(queue, rounds: 2) > 2)
    }
  }

  /// One run makes up for what was missed, which is counted, told of, and over with the next tick that is on time.
  @Test func `missed ticks are counted and told of`() async throws {
    try await Queue.with { queue in
      try await queue.server(startedAt: "'-infinity'::timestamptz")
      try await queue.run("select jira_sync.schedule('poll', '1 day')")
      try await makeDue(queue, "poll")
      try await queue.run("select jira_sync.run_schedules()")
      try await queue.run("delete from jira_sync.jobs")
      try await makeDue(queue, "poll", ago: "10 days")
      #expect(
        try await queue.value(
          "select missed between 10 and 11 as value from jira_sync.schedule_list where name = 'poll'"
        ),
        "seen before anybody takes it")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(try await jobs(queue, "poll") == 1)
      #expect(
        try await queue.value(
          "select missed = 10 as value from jira_sync.schedule_list where name = 'poll'"))
      let told = try await queue.run(
        "select kind, severity, message, resolves from jira_sync.events order by id"
      ).rows
      #expect(told.count == 1)
      #expect(try told[0].get("message", as: String.self).contains("10 ticks of poll passed"))
      try await makeDue(queue, "poll")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(
        try await queue.value("select count(*) = 1 as value from jira_sync.events where resolves"))
    }
  }

  /// Caught: a message each morning about a database that is stopped over night.
  @Test func `what fell due while the server was down is counted and not told of`() async throws {
    try await Queue.with { queue in
      try await queue.server(startedAt: "clock_timestamp()")
      try await queue.run("select jira_sync.schedule('poll', '1 minute')")
      try await makeDue(queue, "poll")
      try await queue.run("select jira_sync.run_schedules()")
      try await makeDue(queue, "poll", ago: "8 hours")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(
        try await queue.value(
          "select missed > 400 as value from jira_sync.schedule_list where name = 'poll'"))
      #expect(try await queue.value("select count(*) = 0 as value from jira_sync.events"))
    }
  }

  /// Nobody promised anything before the first tick.
  @Test func `a new installation has missed nothing`() async throws {
    try await Queue.with { queue in
      try await makeDue(queue, "poll", ago: "3 days")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(
        try await queue.value(
          "select missed = 0 as value from jira_sync.schedule_list where name = 'poll'"))
      #expect(try await queue.value("select count(*) = 0 as value from jira_sync.events"))
    }
  }

  @Test func `setting the same again moves nothing and ending it is for good`() async throws {
    try await Queue.with { queue in
      let first: String = try await queue.value(
        "select jira_sync.schedule('sweep', '@daily') as value")
      #expect(first.hasPrefix("sweep: 0 0 * * *, kept by the workers, next at "))
      try await queue.run(
        "update jira_sync.schedules set next_tick_at = '2030-01-01' where name = 'sweep'")
      try await queue.run("select jira_sync.schedule('sweep', '0  0 * * *')")
      #expect(
        try await queue.value(
          "select next_tick_at = '2030-01-01' as value from jira_sync.schedules where name = 'sweep'"
        ))
      #expect(try await queue.value("select jira_sync.unschedule('sweep') as value"))
      #expect(try await queue.value("select not jira_sync.unschedule('sweep') as value"))
      #expect(try await queue.value("select not jira_sync.unschedule('nobody') as value"))
      #expect(try await queue.value("select count(*) = 1 as value from jira_sync.schedule_list"))
      // Neither the file nor a default brings back what a person ended, and a person's word stands.
      let stays: String = try await queue.value(
        "select jira_sync.set_schedule('sweep', 'sweep', '1 hour', '{}', 'file') as value")
      #expect(stays == "sweep stays as a person set it: off")
      #expect(try await queue.value("select count(*) = 1 as value from jira_sync.schedule_list"))
      let file: String = try await queue.value(
        "select jira_sync.set_schedule('poll', 'poll', '30 s', '{}', 'file') as value")
      #expect(file.hasPrefix("poll: 30 seconds, kept by the workers"))
    }
  }

  @Test(arguments: [
    (
      "select jira_sync.schedule('nightly', '0 3 * * *')", "unknown schedule \"nightly\"",
      "kind => "
    ),
    (
      "select jira_sync.schedule('push', '0 3 * * *')", "unknown schedule \"push\"",
      "Names are poll"
    ),
    (
      "select jira_sync.schedule('rows', '0 3 * * *', kind => 'push')", "cannot be scheduled",
      "Kinds for schedules"
    ),
  ]) func `a bad name is refused in words`(statement: String, message: String, hint: String)
    async throws
  {
    try await Queue.with { queue in
      let error = await #expect(throws: PostgresError.self) {
        try await queue.run(SQL(unescaped: statement))
      }
      #expect(error?.message.contains(message) == true)
      #expect(error?.hint?.contains(hint) == true)
    }
  }

  @Test func `another name with a kind of its own`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        "select jira_sync.schedule('nightly', '0 3 * * *', kind => 'full_sync', args => '{\"direction\": \"pull\"}')"
      )
      try await makeDue(queue, "nightly")
      try await queue.run("select jira_sync.run_schedules()")
      #expect(
        try await queue.value(
          "select args ->> 'direction' = 'pull' as value from jira_sync.jobs where kind = 'full_sync'"
        ))
    }
  }
}
