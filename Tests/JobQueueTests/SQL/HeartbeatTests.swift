import Postgres
import TestSupport
import Testing

/// What a heartbeat tells, in whole and in part.
@Suite(.requiresPostgres) struct HeartbeatTests {
  /// A lost worker's lease, one of ours that we know, and one whose claim went unanswered.
  private func prepare(
    _ queue: Queue
  ) async throws -> (mine: Claimer, known: Claimed, stray: Claimed) {
    let lost = try await Claimer.join(queue.database)
    let mine = try await Claimer.join(queue.database, lease: 600)
    for key in ["a", "b", "c"] { try await queue.noop(key: key) }
    try await lost.claim(limit: 1)
    try await lost.goSilent(for: 60)
    let jobs = try await mine.claim()
    return (mine, try #require(jobs.first), try #require(jobs.last))
  }

  @Test func `a whole one tells of strays and of others`() async throws {
    try await Queue.with { queue in
      let (mine, known, stray) = try await prepare(queue)
      let heartbeat = try await mine.heartbeat()
      #expect(
        try heartbeat.get("held", as: [Int64].self).sorted() == [known.token, stray.token].sorted())
      #expect(try heartbeat.get("rescue_in", as: Double?.self) != nil)
    }
  }

  /// Catches one that reads all of the index of what runs, which never ends behind an old transaction.
  @Test func `ones that name jobs tell of these alone`() async throws {
    try await Queue.with { queue in
      let (mine, known, stray) = try await prepare(queue)
      try await queue.run("select jira_sync.cancel(\(known.id))")
      try await queue.run("select jira_sync.cancel(\(stray.id))")
      let heartbeat = try await mine.heartbeat(holding: [known.id])
      #expect(try heartbeat.get("held", as: [Int64].self) == [known.token])
      #expect(try heartbeat.get("cancelled", as: [Int64].self) == [known.id])
      #expect(try heartbeat.get("rescue_in", as: Double?.self) == nil)
      #expect(try await mine.heartbeat(holding: []).get("held", as: [Int64].self).isEmpty)
    }
  }

  @Test func `they renew the leases all the same`() async throws {
    try await Queue.with { queue in
      let (mine, known, _) = try await prepare(queue)
      try await mine.goSilent(for: 700)
      try await mine.heartbeat(holding: [known.id])
      let other = try await Claimer.join(queue.database, lease: 600)
      try await other.hasBeenInTouch(for: 3_600)
      #expect(try await other.rescue() == 1, "only the lost worker's")
    }
  }

  @Test func `a sleeping worker is told what fell due within the window`() async throws {
    try await Queue.with { queue in
      let claimer = try await Claimer.join(queue.database)
      try await queue.run(
        "insert into jira_sync.jobs (kind, run_at) values ('noop', now() - interval '1 minute')")
      for (lookBack, isDue) in [(nil, true), (120, true), (5, false)] as [(Double?, Bool)] {
        let heartbeat = try await claimer.heartbeat(
          fallsAsleep: true, lookBack: lookBack, holding: [])
        #expect(
          try heartbeat.get("due_now", as: Bool.self) == isDue, "within \(lookBack ?? .infinity) s")
      }
    }
  }
}
