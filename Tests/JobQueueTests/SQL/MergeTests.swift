import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct MergeTests {
  @Test func `jobs of one row are one run`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      let ids = [try await queue.push(1), try await queue.push(1), try await queue.push(1)]
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim()
      #expect(jobs.map(\.id) == [ids[0]])
      #expect(jobs.first?.merged == [ids[1], ids[2]])
      #expect(jobs.first?.kind == "push")
      #expect(try await queue.entries().count == 1)
      try await claimer.settle(jobs)
      #expect(try await queue.history().map(\.merged) == [[ids[1], ids[2]]])
    }
  }

  @Test func `push and pull together are sync`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      try await queue.push(1, kind: "push")
      try await queue.push(1, kind: "pull", priority: 4)
      let jobs = try await Claimer.join(queue.database).claim()
      #expect(jobs.map(\.kind) == ["sync"])
      #expect(jobs.map(\.priority) == [4])
    }
  }

  /// Where two say different things of the same member the older one is believed: it saw the state of before.
  @Test func `args are united and the older one wins`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, row_id, args) values
        ('push', 1, '{"a": 1, "b": 1}'), ('push', 1, '{"b": 2, "c": 2}'), ('push', 1, '{"c": 3}')
        """)
      let jobs = try await Claimer.join(queue.database).claim()
      let same: Bool = try await queue.value(
        #"select \#(jobs[0].arguments)::jsonb = '{"a": 1, "b": 1, "c": 2}' as value"#)
      #expect(same)
    }
  }

  /// A job that waits for its next attempt is covered by a new change: at once, and with attempts anew.
  @Test func `a change starts attempts anew and does not wait`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      try await queue.push(1)
      let claimer = try await Claimer.join(queue.database)
      for _ in 0..<3 {
        try await queue.run("update jira_sync.jobs set run_at = now()")
        try await claimer.settle(try await claimer.claim(), as: "retry", error: "no", after: 3_600)
      }
      #expect(try await queue.entries().map(\.attempt) == [3])
      #expect(try await claimer.claim().isEmpty)
      try await queue.push(1)
      let jobs = try await claimer.claim()
      #expect(jobs.map(\.attempt) == [1])
      #expect(try await queue.entries().count == 1)
    }
  }

  /// Caught: a change that comes while its key runs and is taken for part of that run, or makes a run for each of its edits.
  @Test func `fifty changes during a run are exactly one more run`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      try await queue.push(1)
      let claimer = try await Claimer.join(queue.database)
      let first = try await claimer.claim()
      for _ in 0..<50 { try await queue.push(1) }
      #expect(try await claimer.claim().isEmpty)
      try await claimer.settle(first)
      let second = try await claimer.claim()
      #expect(second.count == 1)
      #expect(second.first?.merged.count == 49)
      try await claimer.settle(second)
      #expect(try await claimer.claim().isEmpty)
      #expect(try await queue.history().map(\.outcome) == ["done", "done"])
    }
  }

  @Test func `messages of one channel are one run and other channels run beside`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, args) values
        ('notify', '{"channel": "email"}'), ('notify', '{"channel": "slack"}'),
        ('notify', '{"channel": "email"}')
        """)
      let jobs = try await Claimer.join(queue.database).claim()
      #expect(
        jobs.map(\.key).sorted { ($0 ?? "") < ($1 ?? "") } == ["notify:email", "notify:slack"])
    }
  }

  /// Caught: a key of one kind that is also that of another.
  ///
  /// Merged they would be of a kind that needs a row and has none,
  /// and every claim of the whole fleet would fail.
  @Test func `a key that a user chose is not that of a row`() async throws {
    try await Queue.with { queue in
      try await queue.addRows(1...1)
      try await queue.noop(key: "row:1")
      try await queue.noop(key: "poll")
      try await queue.push(1)
      try await queue.run("insert into jira_sync.jobs (kind) values ('poll')")
      #expect(try await Claimer.join(queue.database).claim().count == 4)
    }
  }

  /// Catches a claim that compares each waiting job of its keys with each other one: that takes many minutes.
  @Test(.timeLimit(.minutes(2)), arguments: [1, 20])
  func `very many waiting jobs of few keys are merged in one claim`(keys: Int) async throws {
    try await Queue.with { queue in
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, args)
        select 'noop', jsonb_build_object('key', 'k' || n % \(keys)::bigint) from generate_series(1, 40000) as n
        """)
      let jobs = try await Claimer.join(queue.database).claim()
      #expect(jobs.count == keys)
      #expect(jobs.allSatisfy { $0.merged.count == 40_000 / keys - 1 })
    }
  }
}
