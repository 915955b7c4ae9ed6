import Postgres
import Simulation
import TestSupport
import Testing

/// Many claimers, few keys, changes all the time.
@Suite(.requiresPostgres) struct StressTests {
  private static let keys = 50
  private static let claimers = 8
  private static let steps = 150

  /// Each change counts up its key's number in the transaction that enqueues; each run notes the number that it saw.
  private func prepare(_ queue: Queue) async throws {
    try await queue.script(
      """
      create table public.world (key text primary key, changed integer default 0, seen integer default 0);
      insert into public.world (key) select 'k' || g from generate_series(1, \(Self.keys)) as g;
      """)
  }

  private func work(
    _ claimer: Claimer, tracker: KeyTracker, generator: inout SeededGenerator
  ) async throws {
    for _ in 0..<Self.steps {
      let key = "k\(Int.random(in: 1...Self.keys, using: &generator))"
      let change: SQL = """
        with changed as (update public.world set changed = changed + 1 where key = \(key) returning key)
        insert into jira_sync.jobs (kind, args) select 'noop', jsonb_build_object('key', key) from changed
        """
      _ = try await claimer.connection.query(change, doing: "changing")
      let limit = Int.random(in: 1...5, using: &generator)
      let outcome =
        ["done", "done", "retry", "returned"].randomElement(using: &generator) ?? "done"
      try await runSome(claimer, limit: limit, outcome: outcome, tracker: tracker)
    }
  }

  private func runSome(
    _ claimer: Claimer, limit: Int, outcome: String, tracker: KeyTracker
  ) async throws {
    let jobs = try await claimer.claim(limit: limit)
    let keys = jobs.compactMap { $0.key?.dropFirst("noop:".count) }.map(String.init)
    for key in keys { tracker.began(key) }
    if outcome == "done" {
      _ = try await claimer.connection.query(
        "update public.world set seen = changed where key = any(\(keys)::text[])", doing: "working")
    }
    for key in keys { tracker.ends(key) }
    let held = try await claimer.settle(
      jobs, as: outcome, error: nil, charged: outcome != "returned")
    #expect(held.count == jobs.count)
  }

  @Test(.timeLimit(.minutes(20)))
  func `no key runs twice at once and no last change is lost`() async throws {
    let seeds = SeededGenerator(for: "StressTests")
    try await Queue.with { queue in
      try await prepare(queue)
      let tracker = KeyTracker()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<Self.claimers {
          let claimer = try await Claimer.join(queue.database)
          group.addTask {
            var generator = SeededGenerator(seed: seeds.seed &+ UInt64(index))
            try await work(claimer, tracker: tracker, generator: &generator)
          }
        }
        try await group.waitForAll()
      }
      let last = try await Claimer.join(queue.database)
      while try await queue.entries().contains(where: { $0.state == "ready" }) {
        try await runSome(last, limit: 100, outcome: "done", tracker: tracker)
      }
      #expect(tracker.overlaps == 0)
      #expect(
        try await queue.value(
          "select count(*) as value from public.world where seen < changed", as: Int.self) == 0)
      #expect(try await queue.states().isEmpty)
    }
  }
}
