import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct ClaimTests {
  @Test func `the most urgent and then the oldest goes first`() async throws {
    try await Queue.with { queue in
      let late = try await queue.noop(priority: -5)
      let first = try await queue.noop()
      let second = try await queue.noop()
      let urgent = try await queue.noop(priority: 7)
      let claimer = try await Claimer.join(queue.database)
      var order: [Int64] = []
      for _ in 0..<4 { order += try await claimer.claim(limit: 1, hasNoRuns: false).map(\.id) }
      #expect(order == [urgent, first, second, late])
      #expect(try await claimer.claim().isEmpty)
    }
  }

  /// Nothing starves: now and then the claim walks the levels from below.
  @Test func `turned round the lowest priority goes first`() async throws {
    try await Queue.with { queue in
      try await queue.noop(priority: 9)
      let low = try await queue.noop(priority: -9)
      let claimer = try await Claimer.join(queue.database)
      #expect(try await claimer.claim(limit: 1, lowestFirst: true).map(\.id) == [low])
    }
  }

  @Test func `one claim serves several levels and stops at its limit`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        """
        insert into jira_sync.jobs (kind, priority)
        select 'noop', g % 3 from generate_series(1, 30) as g
        """)
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim(limit: 25)
      #expect(jobs.count == 25)
      #expect(jobs.count { $0.priority == 2 } == 10)
      #expect(jobs.count { $0.priority == 0 } == 5)
    }
  }

  @Test func `jobs of the future and of other kinds are left`() async throws {
    try await Queue.with { queue in
      try await queue.run(
        "insert into jira_sync.jobs (kind, run_at) values ('noop', now() + interval '1 hour')")
      try await queue.run("insert into jira_sync.jobs (kind) values ('report')")
      let claimer = try await Claimer.join(queue.database)
      #expect(try await claimer.claim(kinds: ["noop"]).isEmpty)
      #expect(try await queue.states() == ["ready", "ready"])
    }
  }

  @Test func `nothing is claimed while paused`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      try await queue.run("select jira_sync.pause('the office is closed')")
      #expect(try await claimer.claim().isEmpty)
      #expect(
        try await queue.value("select pause_reason as value from jira_sync.status")
          == "the office is closed")
      try await queue.run("select jira_sync.resume()")
      #expect(try await claimer.claim().count == 1)
    }
  }

  @Test func `a claim charges the attempt and gives each job its token`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim()
      #expect(jobs.map(\.attempt) == [1, 1])
      #expect(Set(jobs.map(\.token)).count == 2)
      #expect(
        try await queue.value(
          """
          select count(*) as value from jira_sync.jobs
          where state = 'running' and worker = \(claimer.id)::uuid and started_at is not null
          """, as: Int.self) == 2)
    }
  }

  @Test func `a key that runs is left alone and jobs without one run freely`() async throws {
    try await Queue.with { queue in
      try await queue.noop(key: "a")
      let first = try await Claimer.join(queue.database)
      let second = try await Claimer.join(queue.database)
      #expect(try await first.claim().count == 1)
      try await queue.noop(key: "a")
      let free = try await queue.noop()
      #expect(try await second.claim().map(\.id) == [free])
    }
  }

  /// Caught: leases of a worker without a row in `workers`, which end at once, so that others take its jobs while it works.
  @Test func `a worker that is not registered gets nothing`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      try await queue.run("delete from jira_sync.workers")
      let error = await #expect(throws: PostgresError.self) { try await claimer.claim() }
      #expect(error?.sqlState == "55000")
      #expect(try await queue.states() == ["ready"])
    }
  }

  /// Has busy workers finish what they hold for a quarantined job after an hour instead of five seconds.
  private func patientSuspects(_ queue: Queue) async throws {
    try await queue.breakFunction(
      "jira_sync.quarantined_job(uuid, text[], boolean, timestamptz)",
      replacing: "interval '5 s'", with: "interval '1 hour'")
  }

  @Test func `a job that was there in a crash runs alone`() async throws {
    try await Queue.with { queue in
      let quarantined = try await queue.noop()
      // As if it had only just fallen due, however slow the machine is.
      try await patientSuspects(queue)
      try await queue.run("update jira_sync.jobs set crashes = 1")
      let other = try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      // With full hands it takes others only.
      #expect(try await claimer.claim(hasNoRuns: false).map(\.id) == [other])
      #expect(try await claimer.claim(hasNoRuns: true).map(\.id) == [quarantined])
    }
  }

  /// A worker that is never without work would otherwise never come to it.
  @Test func `a quarantined job that waited makes busy workers finish first`() async throws {
    try await Queue.with { queue in
      let quarantined = try await queue.noop()
      try await queue.run(
        "update jira_sync.jobs set crashes = 1, run_at = now() - interval '6 seconds'")
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      #expect(try await claimer.claim(hasNoRuns: false).isEmpty)
      #expect(try await claimer.claim(hasNoRuns: true).map(\.id) == [quarantined])
    }
  }

  /// Catches a crash that keeps everything waiting until the last of its jobs has run by itself: minutes, where one worker had
  /// hundreds.
  @Test func `quarantined jobs alternate with other due jobs, and leave other workers their work`()
    async throws
  {
    try await Queue.with { queue in
      let quarantinedJobs = [try await queue.noop(key: "a"), try await queue.noop(key: "b")]
      try await queue.run(
        "update jira_sync.jobs set crashes = 1, run_at = now() - interval '1 hour'")
      let first = try await queue.noop(key: "c")
      let claimer = try await Claimer.join(queue.database)
      let other = try await Claimer.join(queue.database)
      let alone = try await claimer.claim()
      #expect(alone.map(\.id) == [quarantinedJobs[0]])
      // One quarantined job at a time, and no busy worker waits for the second.
      let beside = try await other.claim(hasNoRuns: false)
      #expect(beside.map(\.id) == [first])
      let second = try await queue.noop(key: "d")
      #expect(try await other.settle(beside).count == 1)
      #expect(try await claimer.settle(alone).count == 1)
      // It was the quarantinedJobs' turn.
      let ordinary = try await claimer.claim()
      #expect(ordinary.map(\.id) == [second])
      #expect(try await claimer.settle(ordinary).count == 1)
      try await queue.noop(key: "e")
      #expect(try await claimer.claim().map(\.id) == [quarantinedJobs[1]])
    }
  }

  /// Catches a turn that is kept for work which nobody can claim: the worker would fall asleep beside a quarantined.
  @Test func `a quarantined job does not wait for work that waits for it`() async throws {
    try await Queue.with { queue in
      let quarantinedJobs = [try await queue.noop(key: "a"), try await queue.noop(key: "b")]
      try await queue.run(
        "update jira_sync.jobs set crashes = 1, run_at = now() - interval '1 hour'")
      let claimer = try await Claimer.join(queue.database)
      let first = try await claimer.claim()
      #expect(first.map(\.id) == [quarantinedJobs[0]])
      let newer = try await queue.noop(key: "b")
      #expect(try await claimer.settle(first).count == 1)
      let second = try await claimer.claim()
      #expect(second.map(\.id) == [quarantinedJobs[1]])
      #expect(second.first?.merged == [newer])
    }
  }

  /// Caught: a newer job of the same key that takes the quarantined job with it into a batch.
  @Test func `a newer job of its key does not bring a quarantined job into a batch`() async throws {
    try await Queue.with { queue in
      let quarantined = try await queue.noop(key: "a")
      try await patientSuspects(queue)
      try await queue.run("update jira_sync.jobs set crashes = 1")
      let newer = try await queue.noop(key: "a")
      let other = try await queue.noop(key: "b")
      let claimer = try await Claimer.join(queue.database)
      #expect(try await claimer.claim(hasNoRuns: false).map(\.id) == [other])
      let alone = try await claimer.claim(hasNoRuns: true)
      #expect(alone.map(\.id) == [quarantined])
      #expect(alone.first?.merged == [newer])
    }
  }
}
