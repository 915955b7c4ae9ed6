import JobQueue
import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct WorkerTests {
  /// No poll of a heartbeat in any of these: what happens, happens because of an event.
  private let unpolled = WorkerOptions(idleHeartbeat: .seconds(3_600))

  /// Caught: a worker that finds by polling only.
  @Test func `an insert wakes an idle worker`() async throws {
    try await Queue.with { queue in
      let runs = Mailbox<[Job]>()
      try await queue.withWorker(TestHandler.telling(runs), options: unpolled) { _ in
        try await queue.waitUntilSoundAsleep()
        let id = try await queue.noop()
        #expect(try await runs.next().map(\.id) == [id])
      }
      #expect(try await queue.history().map(\.outcome) == ["done"])
    }
  }

  /// Caught: a timer that the job's NOTIFY does not set; the job would wait for the next poll.
  @Test func `a job of the near future runs when it is due`() async throws {
    try await Queue.with { queue in
      let runs = Mailbox<[Job]>()
      try await queue.withWorker(TestHandler.telling(runs), options: unpolled) { _ in
        try await queue.waitUntilSoundAsleep()
        try await queue.run(
          "insert into jira_sync.jobs (kind, run_at) values ('noop', now() + interval '0.3 s')")
        #expect(try await runs.next().count == 1)
      }
    }
  }

  @Test func `what waited before it started is run in batches`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        "insert into jira_sync.jobs (kind) select 'noop' from generate_series(1, 250)")
      let runs = Mailbox<[Job]>()
      try await queue.withWorker(TestHandler.telling(runs), options: unpolled) { _ in
        var sizes: [Int] = []
        while sizes.reduce(0, +) < 250 { sizes.append(try await runs.next().count) }
        #expect(sizes.allSatisfy { $0 <= 100 })
        #expect(sizes.count == 3)
      }
      #expect(try await queue.history().count == 250)
    }
  }

  /// Caught: a change that comes during a run of its key and waits for a poll after it.
  @Test func `a change during a run is run right after it`() async throws {
    try await Queue.with { queue in
      let runs = Mailbox<[Job]>()
      let gate = Gate()
      let handler = TestHandler { run in
        runs.send(run.jobs)
        await gate.wait()
        try await run.settle(run.jobs.map { ($0, .done) })
      }
      try await queue.withWorker(handler, options: unpolled) { _ in
        let first = try await queue.noop(key: "a")
        #expect(try await runs.next().map(\.id) == [first])
        let second = try await queue.noop(key: "a")
        try await queue.noop(key: "a")
        gate.open()
        #expect(try await runs.next().map(\.id) == [second])
        #expect(try await queue.waitForHistory(2).count == 2)
      }
    }
  }

  @Test func `what a handler throws is the error of the attempt`() async throws {
    struct Broken: Error, CustomStringConvertible { let description = "the printer is on fire" }
    try await Queue.with { queue in
      try await queue.noop()
      let options = WorkerOptions(retry: RetryPolicy(base: .seconds(3_600)))
      try await queue.withWorker(TestHandler { _ in throw Broken() }, options: options) { _ in
        let attempts = try await queue.waitForHistory(1)
        #expect(attempts.map(\.outcome) == ["retry"])
        #expect(attempts.map(\.error) == ["the printer is on fire"])
      }
      let entry = try #require(try await queue.entries().first)
      #expect(entry.attempt == 1 && entry.state == "ready" && !entry.isDue)
    }
  }

  @Test func `what a handler leaves unsettled is tried again`() async throws {
    try await Queue.with { queue in
      for _ in 0..<3 { try await queue.noop() }
      let options = WorkerOptions(retry: RetryPolicy(base: .seconds(3_600)))
      let handler = TestHandler { run in try await run.settle(run.jobs[1], as: .done) }
      try await queue.withWorker(handler, options: options) { _ in
        let attempts = try await queue.waitForHistory(3)
        #expect(attempts.map(\.outcome).sorted() == ["done", "retry", "retry"])
      }
    }
  }

  @Test func `a run has a deadline`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let runs = Mailbox<[Job]>()
      let options = WorkerOptions(
        runDeadline: .milliseconds(100), retry: RetryPolicy(base: .seconds(3_600)))
      try await queue.withWorker(TestHandler.waiting(runs), options: options) { _ in
        let attempts = try await queue.waitForHistory(1)
        #expect(attempts.map(\.outcome) == ["retry"])
        #expect(attempts.first?.error?.contains("took longer") == true)
      }
    }
  }

  @Test func `a running job is taken back while others go on`() async throws {
    try await Queue.with { queue in
      let runs = Mailbox<[Job]>()
      try await queue.withWorker(TestHandler.waiting(runs), options: unpolled) { _ in
        let job = try await queue.noop()
        _ = try await runs.next()
        let other = try await queue.noop()
        _ = try await runs.next()
        try await queue.run("select jira_sync.cancel(\(job))")
        let attempts = try await queue.waitForHistory(1)
        #expect(attempts.map(\.outcome) == ["cancelled"])
        #expect(try await queue.entries().map(\.id) == [other])
        #expect(try await queue.states() == ["running"])
      }
    }
  }

  /// Caught: args that the claim cannot read, at which every claim of the whole fleet fails.
  @Test func `a job that cannot be read is set aside and others run`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        #"insert into jira_sync.jobs (kind, priority, args) values ('noop', 9, '{"x": 1e400}')"#)
      let good = try await queue.noop()
      let runs = Mailbox<[Job]>()
      try await queue.withWorker(TestHandler.telling(runs)) { _ in
        #expect(try await runs.next().map(\.id) == [good])
        _ = try await queue.waitForHistory(2)
      }
      #expect(try await queue.states() == ["dead"])
    }
  }

  /// Caught: args that are decoded although nobody looks at them, for which a no-op job is dead.
  @Test func `args that nobody reads are no obstacle`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        #"insert into jira_sync.jobs (kind, args) values ('noop', '{"x": 1e400}')"#)
      try await queue.withWorker(NoopHandler()) { _ in
        let attempts = try await queue.waitForHistory(1)
        #expect(attempts.map(\.outcome) == ["done"])
      }
      #expect(try await queue.entries().isEmpty)
    }
  }

  /// Caught: settling that takes all of a batch for done where one is, or tells one job what was said of another.
  @Test func `jobs of one run end in different ways together`() async throws {
    try await Queue.with { queue in
      let first = try await queue.noop()
      let second = try await queue.noop()
      let handler = TestHandler { run in
        try await run.settle(
          run.jobs.map { ($0, $0.id == first ? .done : .refused("not that one")) })
      }
      try await queue.withWorker(handler) { _ in
        let ends = try await queue.waitForHistory(2).map {
          "\($0.id) \($0.outcome) \($0.error ?? "")"
        }
        #expect(Set(ends) == ["\(first) done ", "\(second) refused not that one"])
      }
    }
  }

  @Test func `an observer sees how each run ended`() async throws {
    try await Queue.with { queue in
      let outcomes = Mailbox<RunOutcome>()
      let worker = try queue.worker(NoopHandler()) { outcomes.send($0) }
      let running = Task { try await worker.run() }
      let id = try await queue.noop()
      let outcome = try await outcomes.next()
      #expect(outcome.job.id == id && outcome.settlement == .done)
      await worker.stop()
      #expect(try await running.value == .stopped)
    }
  }
}
