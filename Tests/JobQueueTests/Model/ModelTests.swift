import FoundationEssentials
import Postgres
import Simulation
import TestSupport
import Testing

/// Random schedules of workers that crash, stall, come back and settle what is long not theirs.
@Suite(.requiresPostgres) struct ModelTests {
  /// `JIRA_SYNC_TEST_SCHEDULES` asks for more.
  private static let count =
    ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_SCHEDULES"].flatMap(Int.init) ?? 200

  /// The first schedule of this many that the queue does not survive, and what went wrong.
  private func firstFailure(_ queue: Queue, schedules: Int, steps: Int, seed: UInt64) async throws
    -> String?
  {
    var workers: [Claimer] = []
    for _ in 0..<4 { workers.append(try await Claimer.join(queue.database, lease: 2)) }
    // Nobody judges within a lease after the server's start.
    try await queue.wait(
      "waiting until the server is up for a while",
      until: "select pg_postmaster_start_time() < clock_timestamp() - interval '2.1 s'")
    for index in 0..<schedules {
      let seed = seed &+ UInt64(index)
      var schedule = Schedule(queue: queue, workers: workers, seed: seed)
      do { try await schedule.run(steps: steps) } catch { return "seed \(seed): \(error)" }
    }
    return nil
  }

  @Test func `the queue keeps its promises under any schedule`() async throws {
    let seed = SeededGenerator(for: "ModelTests").seed
    // Halves in parallel: a schedule needs a queue of its own.
    try await withThrowingTaskGroup(of: String?.self) { group in
      for half in 0..<2 {
        group.addTask {
          try await Queue.with { queue in
            let first = seed &+ UInt64(half * Self.count)
            return try await firstFailure(queue, schedules: Self.count / 2, steps: 24, seed: first)
          }
        }
      }
      for try await failure in group { #expect(failure == nil) }
    }
  }

  /// A queue that lacks one piece of its protocol, which the model has to catch.
  struct Variant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let function: String
    let piece: String
    var replacement = ""
    /// What else has to go: runs that all ended well are settled by a statement of their own.
    var also: (piece: String, replacement: String)?
  }

  static let settle =
    "jira_sync.settle(uuid,bigint[],bigint[],text[],text[],double precision[],boolean[])"

  static let variants = [
    Variant(
      testDescription: "a lease without its token", function: settle,
      piece: "and r.token = a.token", also: ("and j.token = any(tokens)", "")),
    Variant(
      testDescription: "completion by id alone", function: settle,
      piece: "r.id = a.id and r.token = a.token and r.worker = holder",
      replacement: "r.id = a.id and r.state = 'running'",
      also: (endedWell, "j.id = any(ids) and j.state = 'running'")),
    Variant(
      testDescription: "rescue of workers that live", function: "jira_sync.rescue(uuid)",
      piece: "and coalesce(w.seen_at + w.lease, '-infinity') < clock_timestamp()"),
    Variant(
      testDescription: "rescue by a worker that was away itself",
      function: "jira_sync.rescue(uuid)",
      piece: "and m.on_time_since + m.lease < clock_timestamp()"),
    Variant(
      testDescription: "a heartbeat that does not notice how late it is",
      function: "jira_sync.heartbeat(uuid,boolean,interval,bigint[])",
      piece: "when w.seen_at + w.lease < clock_timestamp() then clock_timestamp()",
      replacement: "when false then clock_timestamp()"),
    Variant(
      testDescription: "a change during a run that the run's end takes with it", function: settle,
      piece: "where j.id = h.id and h.outcome in ('done', 'refused', 'cancelled')",
      replacement: "where (j.id = h.id or j.key = h.key) and h.outcome = 'done'",
      also: (
        endedWell,
        "j.key in (select h.key from jira_sync.jobs as h where h.id = any(ids) and h.token = any(tokens))"
      )),
  ]

  /// How runs that ended well find their jobs.
  private static let endedWell =
    "j.id = any(ids) and j.token = any(tokens) and j.worker = holder"

  @Test(arguments: variants) func `a queue that lacks a piece is caught`(variant: Variant)
    async throws
  {
    try await Queue.with { queue in
      try await queue.breakFunction(
        variant.function, replacing: variant.piece, with: variant.replacement)
      if let also = variant.also {
        try await queue.breakFunction(
          variant.function, replacing: also.piece, with: also.replacement)
      }
      let failure = try await firstFailure(queue, schedules: 100, steps: 100, seed: 1)
      #expect(failure != nil)
    }
  }
}
