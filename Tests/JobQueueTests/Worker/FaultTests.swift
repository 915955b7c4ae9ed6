import JobQueue
import Locks
import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct FaultTests {
  private func terminate(_ queue: Queue) async throws {
    let admin = try await queue.database.connectAsSuperuser()
    _ = try await admin.query(
      """
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = \(queue.database.name) and application_name = \(Queue.workerName)
      """, doing: "terminating a worker's connections")
    await admin.close()
  }

  /// Caught: a job that is left `running` because its completion met a broken connection.
  @Test func `a worker outlives both its connections`() async throws {
    try await Queue.with { queue in
      let gate = Gate()
      let runs = Mailbox<[Job]>()
      let handler = TestHandler { run in
        runs.send(run.jobs)
        await gate.wait()
        try await run.settle(run.jobs.map { ($0, .done) })
      }
      try await queue.withWorker(handler) { _ in
        let first = try await queue.noop()
        #expect(try await runs.next().map(\.id) == [first])
        try await terminate(queue)
        gate.open()
        try await queue.wait(
          "waiting for the first job",
          until: "select not exists (select from jira_sync.jobs where state = 'running')")
        let second = try await queue.noop()
        var seen: [Int64] = []
        while !seen.contains(second) { seen += try await runs.next().map(\.id) }
        try await queue.wait(
          "waiting until nothing is left",
          until: "select not exists (select from jira_sync.jobs)")
      }
      #expect(try await queue.history().filter { $0.outcome == "done" }.count == 2)
    }
  }

  /// Caught: a claim that was committed and whose answer was lost: the jobs would be `running` for as long as the worker lives,
  /// since its heartbeat keeps all its leases.
  @Test func `leases that the worker never heard of are given back`() async throws {
    try await Queue.with { queue in
      let runs = Mailbox<[Job]>()
      let options = WorkerOptions(idleHeartbeat: .milliseconds(500))
      try await queue.withWorker(TestHandler.telling(runs), options: options) { _ in
        try await queue.waitUntilAsleep()
        let id = try await queue.connection.transaction(doing: "a claim without an answer") {
          transaction in
          _ = try await transaction.query(
            "insert into jira_sync.jobs (kind) values ('noop')", doing: "enqueuing")
          return try await transaction.query(
            """
            select c.id from jira_sync.workers as w,
              jira_sync.claim(w.incarnation, '{noop}', 10, true) as c
            """, doing: "claiming"
          ).one.get("id", as: Int64.self)
        }
        let jobs = try await runs.next()
        #expect(jobs.map(\.id) == [id])
        #expect(jobs.map(\.attempt) == [1])
      }
      #expect(try await queue.history().map(\.outcome) == ["returned", "done"])
    }
  }

  @Test func `jobs of a lost worker run elsewhere`() async throws {
    try await Queue.with { queue in
      let lost = try await Claimer.join(queue.database, lease: 1)
      let id = try await queue.noop()
      #expect(try await lost.claim().count == 1)
      await lost.connection.close()
      let runs = Mailbox<[Job]>()
      let options = WorkerOptions(lease: .seconds(2), idleHeartbeat: .milliseconds(500))
      try await queue.withWorker(TestHandler.telling(runs), options: options) { _ in
        let jobs = try await runs.next()
        #expect(jobs.map(\.id) == [id])
        #expect(jobs.map(\.crashes) == [1])
        #expect(jobs.map(\.attempt) == [1])
      }
      #expect(try await queue.history().map(\.outcome) == ["crashed", "done"])
    }
  }

  /// Caught: a worker whose heartbeat did not come through for most of a lease and which goes on, and one that never sends a
  /// heartbeat again after it closed a connection that did not answer.
  @Test func `a stalled heartbeat ends the work and not the worker`() async throws {
    try await Queue.with { queue in
      let started = Mailbox<Int>()
      let lost = Mailbox<Bool>()
      let isFirst = Lock(true)
      let handler = TestHandler { run in
        started.send(run.jobs[0].attempt)
        if isFirst.withLock({ isFirst in
          defer { isFirst = false }
          return isFirst
        }) {
          do {
            // No statements: those wait for the same lock as the heartbeat does. A lease that expires sends no event.
            while true {
              try run.checkLease()
              try await Task.sleep(for: .milliseconds(20))
            }
          } catch {
            lost.send(error is LeaseLost)
            throw error
          }
        }
        try await run.settle(run.jobs.map { ($0, .done) })
      }
      let options = WorkerOptions(lease: .seconds(2), idleHeartbeat: .seconds(1))
      try await queue.withWorker(handler, options: options) { _ in
        try await queue.noop()
        #expect(try await started.next() == 1)
        let lock = try await queue.database.connect()
        try await lock.transaction(doing: "stalling heartbeats") { transaction in
          _ = try await transaction.query(
            "select from jira_sync.workers for update", doing: "stalling heartbeats")
          #expect(try await lost.next())
        }
        #expect(try await started.next() == 1)
        _ = try await queue.waitForHistory(2)
        // Heartbeats go on: the time of the last one moves.
        let seen: String = try await queue.value(
          "select max(seen_at)::text as value from jira_sync.workers")
        for _ in 0..<2 {
          try await queue.wait(
            "waiting for a heartbeat",
            until: "select max(seen_at) > \(seen)::timestamptz + '1.5 s' from jira_sync.workers")
        }
      }
      #expect(try await queue.history().map(\.outcome) == ["returned", "done"])
    }
  }

  /// Caught: a worker that the database has forgotten, and which then sleeps by its own book and not by the database's.
  @Test func `a forgotten worker registers and is woken again`() async throws {
    try await Queue.with { queue in
      let runs = Mailbox<[Job]>()
      let options = WorkerOptions(lease: .seconds(2), idleHeartbeat: .seconds(1))
      try await queue.withWorker(TestHandler.telling(runs), options: options) { _ in
        try await queue.waitUntilSoundAsleep()
        try await queue.run("delete from jira_sync.workers")
        try await queue.wait(
          "waiting until the worker sleeps again",
          until: "select exists (select from jira_sync.workers where asleep)")
        let id = try await queue.noop()
        #expect(try await runs.next().map(\.id) == [id])
      }
    }
  }
}
