import Postgres
import TestSupport
import Testing

/// What a person does to the queue with SQL.
@Suite(.requiresPostgres) struct PeopleTests {
  @Test func `a waiting job is taken back at once`() async throws {
    try await Queue.with { queue in
      let job = try await queue.noop()
      #expect(try await queue.value("select jira_sync.cancel(\(job)) as value") == true)
      #expect(try await queue.entries().isEmpty)
      #expect(try await queue.history().map(\.outcome) == ["cancelled"])
    }
  }

  @Test func `a job that does not exist cannot be taken back`() async throws {
    try await Queue.with { queue in
      let isKnown: Bool = try await queue.value("select jira_sync.cancel(4711) as value")
      #expect(!isKnown)
      #expect(try await queue.history().isEmpty)
    }
  }

  @Test func `a running job is marked and its worker told at the next heartbeat`() async throws {
    try await Queue.with { queue in
      let job = try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      try await claimer.claim()
      #expect(try await queue.value("select jira_sync.cancel(\(job)) as value") == true)
      #expect(try await queue.states() == ["running"])
      #expect(try await claimer.heartbeat().get("cancelled", as: [Int64].self) == [job])
    }
  }

  /// Caught: a cancel between two heartbeats, which the worker has not heard of when it settles.
  @Test(arguments: ["retry", "returned"])
  func `a cancel is not lost where the attempt does not succeed`(
    outcome: String
  ) async throws {
    try await Queue.with { queue in
      let job = try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim()
      try await queue.run("select jira_sync.cancel(\(job))")
      #expect(try await claimer.settle(jobs, as: outcome, error: "x", charged: false) == [job])
      #expect(try await queue.entries().isEmpty)
      #expect(try await queue.history().map(\.outcome) == ["cancelled"])
    }
  }

  @Test func `a finished job stays finished where a user cancelled it`() async throws {
    try await Queue.with { queue in
      let job = try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim()
      try await queue.run("select jira_sync.cancel(\(job))")
      try await claimer.settle(jobs, as: "done")
      #expect(try await queue.history().map(\.outcome) == ["done"])
    }
  }

  @Test func `a pause leaves what runs and keeps its reason`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim()
      try await queue.run("select jira_sync.pause('moving')")
      try await queue.run("select jira_sync.pause('still moving')")
      #expect(try await claimer.heartbeat().get("paused", as: Bool.self))
      #expect(try await claimer.settle(jobs).count == 1)
      #expect(
        try await queue.value("select pause_reason as value from jira_sync.status")
          == "still moving")
      // Somebody who does not say why has not come to know better.
      try await queue.run("select jira_sync.pause()")
      #expect(
        try await queue.value("select pause_reason as value from jira_sync.status")
          == "still moving")
    }
  }

  @Test func `bad jobs are refused in words`() async throws {
    try await Queue.with { queue in
      for (statement, words) in [
        ("insert into jira_sync.jobs (kind) values ('shove')", #"unknown job kind "shove""#),
        ("insert into jira_sync.jobs (kind) values ('push')", "needs a row_id"),
        ("insert into jira_sync.jobs (kind, args) values ('poll', '[]')", "must be a JSON object"),
        ("insert into jira_sync.jobs (kind, row_id) values ('push', 9)", "has the id 9"),
        ("select jira_sync.enqueue('push', '9')", "has the id 9"),
      ] {
        let error = await #expect(throws: PostgresError.self) {
          try await queue.run(SQL(unescaped: statement))
        }
        #expect(
          error?.message.contains(words) == true, "\(statement): \(String(describing: error))")
      }
      let entries = try await queue.entries()
      #expect(entries.isEmpty)
    }
  }

  @Test func `inserting twice in one transaction is one run`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(42...42)
      try await queue.connection.transaction(doing: "enqueuing twice") { transaction in
        for _ in 0..<2 {
          _ = try await transaction.query(
            "insert into jira_sync.jobs (kind, row_id) values ('push', 42)",
            doing: "enqueuing")
        }
      }
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim()
      #expect(jobs.count == 1)
      try await claimer.settle(jobs)
      #expect(try await claimer.claim().isEmpty)
    }
  }
}
