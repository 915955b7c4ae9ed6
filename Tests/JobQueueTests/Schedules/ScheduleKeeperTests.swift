import JobQueue
import Postgres
import TestSupport
import Testing

/// What workers do about schedules.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct ScheduleKeeperTests {
  private let done = TestHandler { run in try await run.settle(run.jobs.map { ($0, .done) }) }
  private let keeping = WorkerOptions(idleHeartbeat: .seconds(3_600), keepsSchedules: true)

  /// Two workers keep a schedule of every second: each tick runs, and each runs once.
  @Test func `a fleet keeps a schedule`() async throws {
    try await Queue.with { queue in
      try await queue.withWorker(done, options: keeping) { _ in
        try await queue.withWorker(done, options: keeping) { _ in
          try await queue.waitUntilAsleep()
          try await queue.run("select jira_sync.schedule('beat', '1 second', kind => 'noop')")
          _ = try await queue.waitForHistory(3)
          try await queue.run("select jira_sync.unschedule('beat')")
        }
      }
      #expect(
        try await queue.value(
          """
          select s.ticks = (select count(distinct h.id) from jira_sync.job_history as h)
            + (select count(*) from jira_sync.jobs where kind = 'noop') as value
          from jira_sync.schedules as s where s.name = 'beat'
          """))
    }
  }

  /// A draining worker starts no periodic work, however overdue.
  @Test func `a draining worker leaves schedules alone`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        """
        select jira_sync.schedule('beat', '1 second', kind => 'noop');
        """)
      try await queue.run(
        "update jira_sync.schedules set next_tick_at = now() - interval '1 h'")
      try await queue.noop()
      let end = try await queue.worker(
        done, options: WorkerOptions(drainsWithin: .seconds(60))
      ).run()
      #expect(end == .drained)
      #expect(try await queue.history().count == 1)
      #expect(try await queue.value("select bool_and(ticks = 0) as value from jira_sync.schedules"))
    }
  }

  /// Between its ticks a worker does not ask: the timer knows.
  @Test func `an idle worker does not ask before the next tick`() async throws {
    try await Queue.with { queue in
      try await queue.script(
        """
        create table public.asked (at timestamptz default clock_timestamp());
        """)
      try await queue.breakFunction(
        "jira_sync.run_schedules()", replacing: " stray text;\nbegin\n",
        with: " stray text;\nbegin\n    insert into public.asked default values;\n")
      try await queue.run("update jira_sync.schedules set next_tick_at = now() + interval '1 hour'")
      try await queue.withWorker(done, options: keeping) { _ in
        try await queue.waitUntilSoundAsleep()
        try await queue.run("select pg_sleep(2)")
        // Once at the start, and perhaps once more for a change of hands.
        #expect(try await queue.value("select count(*) between 1 and 2 as value from public.asked"))
      }
    }
  }
}
