import JobQueue
import Postgres
import TestSupport
import Testing

/// What a handler may do with its jobs.
@Suite(.requiresPostgres, .timeLimit(.minutes(20))) struct JobRunTests {
  /// Runs the body as a handler of these jobs, once, and answers what became of it.
  private func handle(
    _ queue: Queue, jobs: Int, _ body: @escaping @Sendable (JobRun) async throws -> Void
  ) async throws {
    for _ in 0..<jobs { try await queue.noop() }
    try await queue.run("create table public.notes (text text)")
    let results = Mailbox<Result<Void, any Error>>()
    let handler = TestHandler { run in
      do {
        try await body(run)
        results.send(.success(()))
      } catch {
        results.send(.failure(error))
        throw error
      }
    }
    let options = WorkerOptions(retry: RetryPolicy(base: .seconds(3_600)))
    try await queue.withWorker(handler, options: options) { _ in
      try await results.next().get()
      // Stopped before, the worker would give back what the handler left open instead of settling it.
      try await queue.wait(
        "waiting until the run is settled",
        until: "select exists (select from jira_sync.job_history)")
    }
  }

  private func notes(_ queue: Queue) async throws -> Int {
    try await queue.value("select count(*) as value from public.notes")
  }

  @Test func `what is written and the end of the job are one transaction`() async throws {
    try await Queue.with { queue in
      try await handle(queue, jobs: 2) { run in
        try await run.write(for: run.jobs, doing: "writing") { transaction, held in
          _ = try await transaction.query("insert into public.notes values ('x')", doing: "writing")
          return held.map { ($0, .done) }
        }
        #expect(!run.jobs.contains { run.isOpen($0) })
      }
      #expect(try await notes(queue) == 1)
      #expect(try await queue.history().map(\.outcome) == ["done", "done"])
    }
  }

  @Test func `what fails writes nothing and ends nothing`() async throws {
    struct Broken: Error {}
    try await Queue.with { queue in
      try await handle(queue, jobs: 1) { run in
        do {
          try await run.write(for: run.jobs, doing: "writing") { transaction, held in
            _ = try await transaction.query(
              "insert into public.notes values ('x')", doing: "writing")
            throw Broken()
          }
        } catch is Broken {}
        #expect(run.isOpen(run.jobs[0]))
      }
      #expect(try await notes(queue) == 0)
      #expect(try await queue.history().map(\.outcome) == ["retry"])
    }
  }

  /// Caught: writes under a lease that somebody else has by now.
  @Test func `only jobs whose lease holds are written for`() async throws {
    try await Queue.with { queue in
      try await handle(queue, jobs: 2) { run in
        // As a rescue would do it.
        _ = try await run.database.query(
          "update jira_sync.jobs set token = token + 1000 where id = \(run.jobs[0].id)",
          doing: "taking a lease away")
        let written = try await run.write(
          Array(run.jobs.enumerated()), for: \.element, doing: "writing"
        ) { _, mine in
          #expect(mine.map(\.offset) == [1])
          return mine.map { ($0.element, .done) }
        }
        #expect(written.map(\.offset) == [1], "what was written for a lost lease is reported")
        #expect(!run.isOpen(run.jobs[0]))
        try await run.write(for: [run.jobs[0]], doing: "writing") { _, _ in
          Issue.record("nothing is held")
          return []
        }
      }
      #expect(try await queue.history().first?.outcome == "done")
    }
  }
}
