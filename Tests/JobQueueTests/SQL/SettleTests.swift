import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct SettleTests {
  @Test(arguments: ["done", "refused", "cancelled"])
  func `a job that is over leaves the queue`(outcome: String) async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim()
      #expect(try await claimer.settle(jobs, as: outcome, error: "why") == jobs.map(\.id))
      #expect(try await queue.entries().isEmpty)
      #expect(
        try await queue.history() == [
          Queue.Attempt(id: jobs[0].id, outcome: outcome, attempt: 1, error: "why", merged: [])
        ])
    }
  }

  @Test func `a retry waits and keeps its error`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      try await claimer.settle(
        try await claimer.claim(), as: "retry", error: "timeout", after: 3_600)
      let entry = try #require(try await queue.entries().first)
      #expect(entry.state == "ready" && !entry.isDue && entry.attempt == 1)
      #expect(entry.lastError == "timeout")
      #expect(try await queue.history().map(\.outcome) == ["retry"])
    }
  }

  @Test func `a returned job pays nothing and is due at once`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      try await claimer.settle(try await claimer.claim(), as: "returned", charged: false)
      let entry = try #require(try await queue.entries().first)
      #expect(entry.state == "ready" && entry.isDue && entry.attempt == 0)
      #expect(try await queue.history().map(\.outcome) == ["returned"])
    }
  }

  @Test func `the last attempt makes a job dead and retry dead brings it back`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      try await queue.run("update jira_sync.jobs set max_attempts = 2")
      let claimer = try await Claimer.join(queue.database)
      for _ in 0..<2 {
        try await claimer.settle(try await claimer.claim(), as: "retry", error: "no")
      }
      #expect(try await queue.states() == ["dead"])
      #expect(try await queue.history().map(\.outcome) == ["retry", "dead"])
      #expect(try await claimer.claim().isEmpty)
      #expect(try await queue.value("select jira_sync.retry_dead() as value") == 1)
      #expect(try await claimer.claim().map(\.attempt) == [1])
    }
  }

  @Test func `a success makes the dead of its key history`() async throws {
    try await Queue.with { queue in
      try await queue.noop(key: "a")
      try await queue.noop(key: "b")
      let claimer = try await Claimer.join(queue.database)
      try await claimer.settle(try await claimer.claim(), as: "dead", error: "no")
      try await queue.noop(key: "a")
      try await claimer.settle(try await claimer.claim())
      #expect(try await queue.entries().map(\.lastError) == ["no"])
    }
  }

  /// Each way to come too late does nothing at all.
  @Test func `whose lease is over changes nothing`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let stale = try await Claimer.join(queue.database)
      let other = try await Claimer.join(queue.database)
      let old = try await stale.claim()
      try await stale.settle(old, as: "returned", charged: false)
      #expect(try await stale.settle(old) == [])  // settled twice
      let current = try await other.claim()
      #expect(try await stale.settle(old) == [])  // somebody else's by now
      #expect(try await stale.settle(current) == [])  // the right token, the wrong worker
      #expect(try await stale.hold(old) == [])
      #expect(try await other.hold(current) == current.map(\.id))
      #expect(try await queue.states() == ["running"])
      #expect(try await queue.history().map(\.outcome) == ["returned"])
      #expect(try await other.settle(current) == current.map(\.id))
    }
  }

  /// The same worker, the same job, an older run of it.
  @Test func `an older token of the same worker is stale`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let claimer = try await Claimer.join(queue.database)
      let old = try await claimer.claim()
      try await claimer.settle(old, as: "returned", charged: false)
      let current = try await claimer.claim()
      #expect(current.map(\.id) == old.map(\.id))
      #expect(try await claimer.settle(old) == [])
      #expect(try await claimer.settle(current) == current.map(\.id))
    }
  }

  @Test func `a batch settles what is held and names it`() async throws {
    try await Queue.with { queue in
      for _ in 0..<5 { try await queue.noop() }
      let claimer = try await Claimer.join(queue.database)
      let jobs = try await claimer.claim()
      try await claimer.settle([jobs[1]])
      #expect(
        try await claimer.settle(jobs) == [jobs[0], jobs[2], jobs[3], jobs[4]].map(\.id).sorted())
    }
  }

  /// What the checks of whoever writes for a job rest on: until the transaction ends nobody takes the job away.
  @Test func `what is held cannot be rescued meanwhile`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let slow = try await Claimer.join(queue.database, lease: 1)
      let rescuer = try await Claimer.join(queue.database, lease: 600)
      let jobs = try await slow.claim()
      try await rescuer.hasBeenInTouch(for: 3_600)
      try await slow.connection.transaction(doing: "writing for a job") { transaction in
        _ = try await transaction.query(
          """
          select jira_sync.lock_leases(
            \(slow.id)::uuid, \(jobs.map(\.id))::bigint[], \(jobs.map(\.token))::bigint[])
          """, doing: "holding")
        _ = try await transaction.query("select 1", doing: "writing")
        try await backdate(slow, on: queue)
        #expect(try await rescuer.rescue() == 0)
      }
      #expect(try await rescuer.rescue() == 1)
    }
  }

  private func backdate(_ claimer: Claimer, on queue: Queue) async throws {
    try await queue.run(
      "update jira_sync.workers set seen_at = now() - interval '1 hour' where incarnation = \(claimer.id)::uuid"
    )
  }

  /// Caught: an answer that never reached the worker; its jobs would stay `running` for as long as it lives.
  @Test func `what the worker does not know of is given back unharmed`() async throws {
    try await Queue.with { queue in
      for _ in 0..<3 { try await queue.noop() }
      let claimer = try await Claimer.join(queue.database)
      let other = try await Claimer.join(queue.database)
      let known = try await claimer.claim(limit: 1)
      let foreign = try await other.claim(limit: 1)
      let unknown = try await claimer.claim()
      #expect(
        try await claimer.heartbeat().get("held", as: [Int64].self).sorted()
          == (known + unknown).map(\.token).sorted())
      #expect(
        try await queue.value(
          "select jira_sync.return_unknown_leases(\(claimer.id)::uuid, \(known.map(\.token))::bigint[]) as value"
        ) == 1)
      #expect(try await claimer.hold(known + unknown) == known.map(\.id))
      #expect(try await other.hold(foreign) == foreign.map(\.id))
      #expect(try await other.claim().map(\.attempt) == [1])
    }
  }

  @Test func `a worker that unregisters leaves nothing running`() async throws {
    try await Queue.with { queue in
      for _ in 0..<3 { try await queue.noop() }
      let claimer = try await Claimer.join(queue.database)
      try await claimer.claim()
      try await queue.run("select jira_sync.unregister(\(claimer.id)::uuid)")
      #expect(Set(try await queue.states()) == ["ready"])
      #expect(try await queue.entries().map(\.attempt) == [0, 0, 0])
      #expect(try await queue.entries().map(\.crashes) == [0, 0, 0])
    }
  }
}
