import JobQueue
import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres, .timeLimit(.minutes(10))) struct SingleEditTests {
  /// Caught: a person's edit that waits until the mass work has a slot to spare.
  @Test(arguments: [1, 3])
  func `a single edit runs while mass work has all slots`(concurrency: Int) async throws {
    try await Queue.with { queue in
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, row_id, priority)
        select 'noop', n, -6 from generate_series(1, 1000) as n
        """)
      let gate = Gate()
      let single = Mailbox<[Job]>()
      let mass = Mailbox<[Job]>()
      let handler = TestHandler { run in
        if run.isMass {
          mass.send(run.jobs)
          await gate.wait()
        } else {
          single.send(run.jobs)
        }
        try await run.settle(run.jobs.map { ($0, .done) })
      }
      let options = WorkerOptions(concurrency: concurrency, idleHeartbeat: .seconds(3_600))
      try await queue.withWorker(handler, options: options) { _ in
        for _ in 0..<concurrency { _ = try await mass.next() }
        for _ in 0..<2 {
          let id: Int64 = try await queue.value(
            "insert into jira_sync.jobs (kind, row_id) values ('noop', 'a') returning id as value")
          #expect(try await single.next().map(\.id) == [id])
        }
        gate.open()
        try await queue.wait(
          "waiting until all is done", until: "not exists (select from jira_sync.jobs)")
      }
      #expect(try await queue.history().filter { $0.outcome == "done" }.count == 1_002)
    }
  }

  @Test func `single edits do not take more than the slots there are`() async throws {
    try await Queue.with { queue in
      let gate = Gate()
      let begun = Mailbox<[Job]>()
      let handler = TestHandler { run in
        begun.send(run.jobs)
        await gate.wait()
        try await run.settle(run.jobs.map { ($0, .done) })
      }
      let options = WorkerOptions(concurrency: 1, idleHeartbeat: .seconds(3_600))
      try await queue.withWorker(handler, options: options) { _ in
        try await queue.run("insert into jira_sync.jobs (kind, row_id) values ('noop', 'a')")
        _ = try await begun.next()
        try await queue.run("insert into jira_sync.jobs (kind, row_id) values ('noop', 'b')")
        // The heartbeat of the running job comes after more than one look for single edits would have.
        try await queue.wait(
          "waiting for a heartbeat",
          until: "(select max(seen_at - started_at) > '3 s' from jira_sync.workers)")
        #expect(try await queue.states().sorted() == ["ready", "running"])
        gate.open()
        _ = try await begun.next()
      }
    }
  }
}
