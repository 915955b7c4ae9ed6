import JobQueue
import Locks
import Logging
import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct DrainTests {
  private func drain(
    _ queue: Queue, _ handler: TestHandler, within horizon: Duration = .seconds(60)
  ) async throws -> WorkerEnd {
    try await queue.worker(
      handler,
      options: WorkerOptions(
        retry: RetryPolicy(base: .milliseconds(50)), drainsWithin: horizon,
        drainPatience: .milliseconds(300))
    ).run()
  }

  private let done = TestHandler { run in try await run.settle(run.jobs.map { ($0, .done) }) }

  @Test func `an empty queue is drained`() async throws {
    try await Queue.with { queue in
      let end = try await drain(queue, done)
      #expect(end == .drained)
    }
  }

  /// Jobs that its jobs cause, and attempts that fall due soon, are part of it; what is due tomorrow is not.
  @Test func `what is caused and what is due soon is part of it`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, run_at) values
        ('noop', now() + interval '0.2 s'), ('noop', now() + interval '1 day')
        """)
      let handler = TestHandler { run in
        for job in run.jobs where job.attempt == 1 && job.priority == 0 {
          _ = try await run.database.query(
            "insert into jira_sync.jobs (kind, priority) values ('noop', 1)", doing: "causing a job"
          )
        }
        try await run.settle(
          run.jobs.map { job in
            (job, job.attempt == 1 ? .retry("once more", after: .milliseconds(50)) : .done)
          })
      }
      #expect(try await drain(queue, handler) == .drained)
      #expect(try await queue.entries().map(\.isDue) == [false])
      #expect(try await queue.history().filter { $0.outcome == "done" }.count == 4)
    }
  }

  /// Catches a claim of as many keys as there are slots for: each takes a lock out of a table that all of the server shares,
  /// and a worker with many slots would claim nothing at all from a long queue, each time with "out of shared memory".
  @Test func `a worker with many slots drains a long queue of keys`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, args)
        select 'noop', jsonb_build_object('key', n::text) from generate_series(1, 1000) as n
        """)
      let sizes = Lock<[Int]>([])
      let handler = TestHandler(maximumBatch: 1_000) { run in
        sizes.withLock { $0.append(run.jobs.count) }
        try await run.settle(run.jobs.map { ($0, .done) })
      }
      let end = try await queue.worker(
        handler, options: WorkerOptions(concurrency: 300, drainsWithin: .seconds(60))
      ).run()
      #expect(end == .drained)
      #expect(sizes.withLock { $0.reduce(0, +) } == 1_000)
      #expect(sizes.withLock { $0.max() ?? 0 } <= 200)
    }
  }

  @Test func `a paused queue cannot be drained`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      try await queue.run("select jira_sync.pause('lunch')")
      #expect(try await drain(queue, done) == .paused(reason: "lunch"))
      #expect(try await queue.states() == ["ready"])
    }
  }

  @Test func `a handler that is closed ends it with its reason`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let end = try await drain(queue, TestHandler(closedReason: "JIRA is away") { _ in })
      #expect(end == .closed(reason: "JIRA is away"))
    }
  }

  /// Catches a worker that waits for a job of later and asks nobody meanwhile: it would notice when that falls due.
  @Test func `a database that goes away while it waits is an error in time`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        "insert into jira_sync.jobs (kind, run_at) values ('noop', now() + interval '1 hour')")
      let running = Task { try await drain(queue, done, within: .seconds(7_200)) }
      try await queue.waitUntilAsleep()
      let admin = try await queue.database.connectAsSuperuser()
      try await admin.script(
        "alter database \(queue.database.name) connection limit 0",
        doing: "letting nobody in any more")
      _ = try await admin.query(
        """
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = \(Queue.workerName)
        """, doing: "ending the worker's sessions")
      let error = await #expect(throws: PostgresError.self) { try await running.value }
      #expect(error != nil)
      await admin.close()
    }
  }

  @Test func `a database that cannot be reached is an error in time`() async throws {
    let worker = Worker(
      database: PostgresClient(
        try PostgresConfiguration(conninfo: "postgresql://nobody@127.0.0.1:1/none")),
      handlers: [done],
      options: WorkerOptions(drainsWithin: .seconds(1), drainPatience: .milliseconds(100)),
      name: "test", logger: .init(label: "test") { _ in SilentLog() })
    let error = await #expect(throws: PostgresError.self) { try await worker.run() }
    #expect(error?.kind == .connect)
  }
}
