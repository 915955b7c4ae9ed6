import Postgres
import TestSupport
import Testing

/// Jobs, moments and locks that once stopped, starved or misled workers.
@Suite(.requiresPostgres) struct MisleadingJobsTests {
  /// Caught: a heartbeat that fails for a moment which is no moment, and takes all leases of its worker with it.
  @Test func `a job put off for ever stops nobody`() async throws {
    try await Queue.with { queue in
      let claimer = try await Claimer.join(queue.database)
      try await queue.run("insert into jira_sync.jobs (kind, run_at) values ('noop', 'infinity')")
      let heartbeat = try await claimer.heartbeat(fallsAsleep: true)
      #expect(try heartbeat.get("due_in", as: Double?.self) == nil)
      try await queue.run(
        "insert into jira_sync.jobs (kind, priority, run_at) values ('noop', 3, 'infinity'), ('noop', 0, now() + interval '1 hour')"
      )
      let due = try await claimer.heartbeat().get("due_in", as: Double?.self)
      #expect((3_500...3_600).contains(try #require(due)))
      #expect(try await claimer.claim().isEmpty)
    }
  }

  /// A job that was there in a crash and waits for its next try, and a newer one of its key.
  private func suspect(_ queue: Queue, key: String) async throws {
    let job = try await queue.noop(key: key)
    try await queue.run(
      "update jira_sync.jobs set crashes = 1, run_at = now() + interval '10 minutes' where id = \(job)"
    )
    try await queue.noop(key: key)
  }

  /// Caught: a claim that leases nothing and says that its worker is awake: it sleeps, and nobody wakes it any more.
  @Test func `who gets nothing sleeps on and is woken again`() async throws {
    try await Queue.with { queue in
      let claimer = try await Claimer.join(queue.database)
      try await suspect(queue, key: "a")
      try await claimer.heartbeat(fallsAsleep: true)
      #expect(try await claimer.claim().isEmpty)
      #expect(try await queue.value("select asleep as value from jira_sync.workers") == true)
      try await queue.noop(key: "b")
      #expect(try await claimer.claim().count == 1)
      #expect(try await queue.value("select asleep as value from jira_sync.workers") == false)
    }
  }

  /// Caught: candidates that are dropped after they have used up the claim's limit.
  @Test func `keys of quarantined jobs do not hide what waits behind them`() async throws {
    try await Queue.with { queue in
      let claimer = try await Claimer.join(queue.database)
      for key in ["a", "b", "c"] { try await suspect(queue, key: key) }
      let other = try await queue.noop(key: "d")
      #expect(try await claimer.claim(limit: 3).map(\.id) == [other])
      let keyless = try await queue.noop()
      #expect(try await claimer.claim(limit: 1).map(\.id) == [keyless])
    }
  }

  /// Caught: a job that runs alone for ever after one crash, and keeps newer ones of its key waiting.
  @Test func `what fails under a living worker need not run alone any more`() async throws {
    try await Queue.with { queue in
      let claimer = try await Claimer.join(queue.database)
      let job = try await queue.noop(key: "a")
      try await queue.run("update jira_sync.jobs set crashes = 2")
      let alone = try await claimer.claim()
      try await claimer.settle(alone, as: "returned", charged: false)
      #expect(
        try await queue.entries().map(\.crashes) == [2], "it was given back, and may not have run")
      try await claimer.settle(try await claimer.claim(), as: "retry", error: "no", after: 600)
      #expect(try await queue.entries().map(\.crashes) == [0])
      let newer = try await queue.noop(key: "a")
      let together = try await claimer.claim()
      #expect(together.map(\.id) == [job])
      #expect(together.first?.merged == [newer])
    }
  }

  /// Caught: the farewell of a deleted row, which died, thrown away by the first success of the row that took its id.
  ///
  /// With an error or without: these are settled by two statements.
  @Test(arguments: [nil, "x"]) func `a success does not end what a dead job alone knows`(
    error: String?
  ) async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, row_id, state, args)
        values ('push', 1, 'dead', '{"deleted": {"id": 1}}'), ('push', 1, 'dead', '{}')
        """)
      try await queue.push(1)
      let claimer = try await Claimer.join(queue.database)
      try await claimer.settle(try await claimer.claim(), error: error)
      #expect(
        try await queue.value("select count(*) as value from jira_sync.jobs where args ? 'deleted'")
          == 1)
      #expect(try await queue.states() == ["dead"])
    }
  }

  /// Caught: a change that found its job waiting, and whose job a person takes back before it commits.
  @Test func `a change that relies on a job gets its run though that is taken back`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      let job = try await queue.push(1)
      let other = try await queue.database.connect()
      let pid = await other.backendPID
      let cancelling = try await queue.connection.transaction(doing: "relying on a job") {
        transaction in
        let relied: Int64 = try await transaction.query(
          "select jira_sync.enqueue('push', '1') as id", doing: "enqueuing"
        ).one.get("id")
        #expect(relied == job)
        let cancelling = Task {
          try await other.query("select jira_sync.cancel(\(job)) as known", doing: "cancelling").one
            .get("known", as: Bool.self)
        }
        var waits = false
        while !waits {
          waits = try await transaction.query(
            "select exists (select from pg_locks where pid = \(Int(pid)) and not granted) as waits",
            doing: "waiting for the cancel"
          ).one.get("waits")
        }
        return cancelling
      }
      #expect(try await cancelling.value)
      let left = try await queue.entries()
      #expect(left.map(\.kind) == ["push"])
      #expect(left.first?.id != job)
      await other.close()
    }
  }

  /// Caught: a person's request that is covered by a job behind a whole backfill.
  @Test func `a request is not covered by a job that stands behind everything`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      let behind = try await queue.push(1, kind: "sync", priority: -10)
      let asked: Int64 = try await queue.value("select jira_sync.enqueue('sync', '1') as value")
      #expect(asked != behind)
      #expect(try await queue.value("select jira_sync.enqueue('sync', '1') as value") == asked)
    }
  }

  /// Caught: a poll of a month that ends with one of a day, and a run through all rows that is covered by the rest of another.
  @Test func `requests that are not about a row are merged only with their like`() async throws {
    try await Queue.with { queue in
      let claimer = try await Claimer.join(queue.database)
      for arguments in [#"{"since": "1d"}"#, #"{"since": "30d"}"#, #"{"since": "30d"}"#] {
        try await queue.run(
          "insert into jira_sync.jobs (kind, args) values ('poll', \(arguments)::text::jsonb)")
      }
      let first = try await claimer.claim()
      #expect(first.map(\.arguments) == [#"{"since": "1d"}"#])
      #expect(first.first?.merged == [])
      #expect(try await claimer.claim().isEmpty, "never two of a key at once")
      try await claimer.settle(first)
      let second = try await claimer.claim()
      #expect(second.map(\.arguments) == [#"{"since": "30d"}"#])
      #expect(second.first?.merged.count == 1)
    }
  }

  /// Caught: one POST to a channel that asked for an hour's peace with each event that happens.
  @Test func `news wait for as long as a channel needs`() async throws {
    try await Queue.with { queue in
      try await queue.run("select jira_sync.wake_channels('{mail}')")
      try await queue.run(
        "update jira_sync.jobs set attempt = 1, run_at = now() + interval '1 hour'")
      try await queue.run("select jira_sync.wake_channels('{mail}')")
      #expect(try await queue.entries().count == 1)
    }
  }

  /// Caught: a job whose next attempt does not fit into an integer, by which each claim of others fails, too.
  @Test func `a job with the largest counts is claimed like any other`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, attempt, crashes, max_attempts)
        values ('noop', 2147483647, 2147483647, 2147483647)
        """)
      let claimer = try await Claimer.join(queue.database)
      #expect(try await claimer.claim().count == 1)
    }
  }

  @Test func `a worker that was killed with empty hands is forgotten`() async throws {
    try await Queue.with { queue in
      let gone = try await Claimer.join(queue.database)
      let busy = try await Claimer.join(queue.database)
      try await queue.noop()
      #expect(try await busy.claim().count == 1)
      for claimer in [gone, busy] { try await claimer.goSilent(for: 7_200) }
      try await queue.run("update jira_sync.control set maintained_at = now() - interval '2 hours'")
      try await queue.run("select jira_sync.maintain()")
      #expect(
        try await queue.value(
          "select count(*) = 1 and bool_and(incarnation = \(busy.id)) as value from jira_sync.workers"
        ))
    }
  }
}
