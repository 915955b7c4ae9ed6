import JobQueue
import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct StopTests {
  /// Nothing is running, no attempt is burnt, and the worker is gone from the books.
  private func expectUnharmed(_ queue: Queue, jobs: Int) async throws {
    let entries = try await queue.entries()
    #expect(entries.count == jobs)
    #expect(entries.allSatisfy { $0.state == "ready" && $0.attempt == 0 && $0.crashes == 0 })
    #expect(
      try await queue.value("select count(*) as value from jira_sync.workers", as: Int.self) == 0)
  }

  /// Runs a worker on three jobs that wait to be cancelled, and ends it.
  private func stopping(
    _ queue: Queue, _ handler: (Mailbox<[Job]>) -> TestHandler, options: WorkerOptions,
    _ end: (Worker, Task<WorkerEnd, any Error>) async -> Void
  ) async throws {
    for _ in 0..<3 { try await queue.noop() }
    let runs = Mailbox<[Job]>()
    let worker = try queue.worker(handler(runs), options: options)
    let running = Task { try await worker.run() }
    #expect(try await runs.next().count == 3)
    await end(worker, running)
    #expect(try await running.value == .stopped)
  }

  @Test func `after the deadline jobs are given back unharmed`() async throws {
    try await Queue.with { queue in
      let options = WorkerOptions(stopDeadline: .milliseconds(100), leavePatience: .seconds(600))
      try await stopping(queue, TestHandler.waiting, options: options) { worker, _ in
        await worker.stop()
      }
      try await expectUnharmed(queue, jobs: 3)
    }
  }

  @Test func `a second stop does not wait for the deadline`() async throws {
    try await Queue.with { queue in
      let options = WorkerOptions(stopDeadline: .seconds(3_600), leavePatience: .seconds(600))
      try await stopping(queue, TestHandler.waiting, options: options) { worker, _ in
        await worker.stop()
        await worker.stop()
      }
      try await expectUnharmed(queue, jobs: 3)
    }
  }

  @Test func `cancelling its task stops a worker`() async throws {
    try await Queue.with { queue in
      let options = WorkerOptions(stopDeadline: .seconds(3_600), leavePatience: .seconds(600))
      try await stopping(queue, TestHandler.waiting, options: options) { _, running in
        running.cancel()
      }
      try await expectUnharmed(queue, jobs: 3)
    }
  }

  /// Caught: a stop that waits for a handler which does not listen, and a handler that settles what is not its own any more.
  @Test func `a handler that ignores cancellation does not hold up a stop`() async throws {
    try await Queue.with { queue in
      let gate = Gate()
      let late = Mailbox<Bool>()
      let stubborn = { (runs: Mailbox<[Job]>) in
        TestHandler { run in
          runs.send(run.jobs)
          await gate.wait()
          // The connection was closed with the worker.
          do {
            try await run.settle(run.jobs.map { ($0, .done) })
            late.send(run.jobs.contains { run.isOpen($0) })
          } catch { late.send(false) }
        }
      }
      let options = WorkerOptions(stopDeadline: .seconds(3_600), leavePatience: .seconds(600))
      try await stopping(queue, stubborn, options: options) { worker, _ in
        await worker.stop()
        await worker.stop()
      }
      gate.open()
      #expect(try await late.next() == false)
      try await expectUnharmed(queue, jobs: 3)
    }
  }

  @Test func `what runs may finish and nothing more is claimed`() async throws {
    try await Queue.with { queue in
      let gate = Gate()
      let started = Mailbox<[Job]>()
      let worker = try queue.worker(
        TestHandler { run in
          started.send(run.jobs)
          await gate.wait()
          try await run.settle(run.jobs.map { ($0, .done) })
        }, options: WorkerOptions(stopDeadline: .seconds(3_600), leavePatience: .seconds(600)))
      let running = Task { try await worker.run() }
      try await queue.noop()
      _ = try await started.next()
      await worker.stop()
      let later = try await queue.noop()
      gate.open()
      #expect(try await running.value == .stopped)
      #expect(try await queue.entries().map(\.id) == [later])
      // A claim that was under way when it was stopped may have brought the later one, which was given back unseen.
      #expect(try await queue.history().filter { $0.id != later }.map(\.outcome) == ["done"])
    }
  }

  /// Caught: jobs that a claim brings when the worker was already told to hurry: nobody would ever end their runs.
  @Test func `a claim that is under way brings nothing more`() async throws {
    try await Queue.with { queue in
      // A lock for claims alone: a heartbeat that waited for it would hear of no job meanwhile.
      try await queue.breakFunction(
        "jira_sync.claim(uuid, text[], integer, boolean, boolean, interval)",
        replacing: "if quarantined.turn = 'wait' or",
        with: "perform pg_advisory_xact_lock_shared(4711); if quarantined.turn = 'wait' or")
      let worker = try queue.worker(
        TestHandler.waiting(Mailbox()),
        options: WorkerOptions(stopDeadline: .seconds(3_600), leavePatience: .seconds(600)))
      let running = Task { try await worker.run() }
      try await queue.waitUntilAsleep()
      let lock = try await queue.database.connect()
      try await lock.transaction(doing: "holding up claims") { transaction in
        _ = try await transaction.query("select pg_advisory_xact_lock(4711)", doing: "locking")
        try await queue.noop()
        try await queue.wait(
          "waiting until the claim waits",
          until: """
            select exists (
              select from pg_stat_activity where datname = current_database() and application_name = \(Queue.workerName)
                and wait_event_type = 'Lock' and query like '%claim(%')
            """)
        await worker.stop()
        await worker.stop()
      }
      #expect(try await running.value == .stopped)
      try await expectUnharmed(queue, jobs: 1)
    }
  }
}
