import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct RescueTests {
  /// A worker that has vanished and one that may judge.
  private func crash(_ queue: Queue) async throws -> (lost: Claimer, rescuer: Claimer) {
    for function in [
      "jira_sync.rescue(uuid)", "jira_sync.heartbeat(uuid, boolean, interval, bigint[])",
    ] {
      // Nobody is lost before the server is up for longer than a lease.
      try await queue.breakFunction(
        function, replacing: "pg_postmaster_start_time()", with: "'-infinity'::timestamptz")
    }
    // Leases are as long as a slow machine may need, and the rescuer had no gap for longer.
    let lost = try await Claimer.join(queue.database, lease: 600)
    let rescuer = try await Claimer.join(queue.database, lease: 600)
    try await rescuer.hasBeenInTouch(for: 3_600)
    return (lost, rescuer)
  }

  @Test func `jobs of a lost worker come back without an attempt charged`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let (lost, rescuer) = try await crash(queue)
      let old = try await lost.claim()
      #expect(try await rescuer.rescue() == 0)
      try await lost.goSilent(for: 700)
      #expect(try await rescuer.rescue() == 1)
      let entry = try #require(try await queue.entries().first)
      #expect(entry.state == "ready" && entry.isDue && entry.attempt == 0 && entry.crashes == 1)
      #expect(try await queue.history().map(\.outcome) == ["crashed"])
      #expect(try await lost.settle(old) == [])
      #expect(try await rescuer.claim().map(\.attempt) == [1])
    }
  }

  @Test func `a heartbeat keeps all leases`() async throws {
    try await Queue.with { queue in
      for _ in 0..<10 { try await queue.noop() }
      let (slow, rescuer) = try await crash(queue)
      let jobs = try await slow.claim()
      try await slow.goSilent(for: 300)
      try await slow.heartbeat()
      #expect(try await rescuer.rescue() == 0)
      #expect(try await slow.settle(jobs).count == 10)
    }
  }

  @Test func `after three crashes a job is dead`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let (lost, rescuer) = try await crash(queue)
      for crash in 1...3 {
        #expect(try await lost.claim().count == 1)
        try await lost.goSilent(for: 700)
        #expect(try await rescuer.rescue() == 1)
        #expect(try await queue.states() == [crash == 3 ? "dead" : "ready"])
      }
      let entry = try #require(try await queue.entries().first)
      #expect(entry.crashes == 3 && entry.attempt == 0)
      #expect(entry.lastError?.contains("crash 3 of 3") == true)
      #expect(try await queue.history().map(\.outcome) == ["crashed", "crashed", "crashed"])
      try await queue.run("select jira_sync.retry_dead()")
      #expect(try await queue.entries().map(\.crashes) == [0])
    }
  }

  /// Caught: the first worker to come back after an outage of the database that robs all others, who had no chance yet to
  /// send a heartbeat.
  ///
  /// Whatever it sends first, heartbeat or claim, shows that it was away itself.
  @Test(arguments: [true, false]) func `who was out of touch does not judge`(
    comesBackWithAClaim: Bool
  ) async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let (other, first) = try await crash(queue)
      try await other.claim()
      try await other.goSilent(for: 700)
      try await first.goSilent(for: 601)
      if comesBackWithAClaim {
        try await queue.noop()
        #expect(try await first.claim().count == 1)
      }
      let heartbeat = try await first.heartbeat()
      #expect(try heartbeat.get("rescue_in", as: Double.self) > 0)
      #expect(try await first.rescue() == 0)
      // The other one is back as well, and still has its job.
      try await other.heartbeat()
      try await first.hasBeenInTouch(for: 3_600)
      #expect(try await first.rescue() == 0)
      #expect(try await queue.history().isEmpty)
    }
  }

  @Test func `an unknown worker rescues no job`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let (lost, rescuer) = try await crash(queue)
      try await lost.claim()
      try await lost.goSilent(for: 700)
      try await queue.run("delete from jira_sync.workers where incarnation = \(rescuer.id)::uuid")
      #expect(try await rescuer.rescue() == 0)
      #expect(try await rescuer.heartbeat().get("known", as: Bool.self) == false)
    }
  }

  @Test func `a heartbeat says when the next lease ends`() async throws {
    try await Queue.with { queue in
      try await queue.noop()
      let holder = try await Claimer.join(queue.database, lease: 3_600)
      let (_, watcher) = try await crash(queue)
      #expect(try await watcher.heartbeat().get("rescue_in", as: Double?.self) == nil)
      try await holder.claim()
      let seconds = try #require(try await watcher.heartbeat().get("rescue_in", as: Double?.self))
      #expect(seconds > 1_800 && seconds <= 3_600)
      #expect(try await holder.heartbeat().get("rescue_in", as: Double?.self) == nil)
    }
  }

  @Test func `what was to be cancelled is not run again`() async throws {
    try await Queue.with { queue in
      let job = try await queue.noop()
      let (lost, rescuer) = try await crash(queue)
      try await lost.claim()
      try await queue.run("select jira_sync.cancel(\(job))")
      try await lost.goSilent(for: 700)
      #expect(try await rescuer.rescue() == 1)
      #expect(try await queue.entries().isEmpty)
      #expect(try await queue.history().map(\.outcome) == ["cancelled"])
    }
  }

  @Test func `workers that are long gone are forgotten`() async throws {
    try await Queue.with { queue in
      let (lost, rescuer) = try await crash(queue)
      try await lost.goSilent(for: 3_600)
      _ = try await rescuer.rescue()
      #expect(
        try await queue.value("select count(*) as value from jira_sync.workers", as: Int.self) == 1)
    }
  }

  /// Two rescuers at once: each job is given back once.
  @Test func `jobs are rescued once`() async throws {
    try await Queue.with { queue in
      for _ in 0..<50 { try await queue.noop() }
      let (lost, first) = try await crash(queue)
      let second = try await Claimer.join(queue.database, lease: 600)
      try await second.hasBeenInTouch(for: 3_600)
      try await lost.claim()
      try await lost.goSilent(for: 700)
      async let one = first.rescue()
      async let two = second.rescue()
      #expect(try await one + two == 50)
      #expect(Set(try await queue.entries().map(\.crashes)) == [1])
      #expect(try await queue.history().count == 50)
    }
  }
}
