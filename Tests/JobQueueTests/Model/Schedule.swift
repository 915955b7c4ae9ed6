import Postgres
import Simulation
import TestSupport

/// One random order of what four workers, writers and people do to three keys, against the real functions.
///
/// Nothing in it depends on how fast the machine is: who lives was seen in the future, who is silent long ago.
struct Schedule {
  private let queue: Queue
  private let workers: [Claimer]
  private var generator: SeededGenerator
  private var model = QueueModel()
  private var silent: Set<Int> = []
  private var mayJudge: Set<Int>

  init(queue: Queue, workers: [Claimer], seed: UInt64) {
    self.queue = queue
    self.workers = workers
    generator = SeededGenerator(seed: seed)
    mayJudge = Set(workers.indices)
  }

  /// Runs it to its end.
  ///
  /// - Parameter steps: how much happens; what a missing piece spoils shows sooner in long ones.
  /// - Throws: `QueueModel.Violation`, or the error of a statement.
  mutating func run(steps: Int) async throws {
    try await queue.script(
      """
      truncate jira_sync.jobs;
      update jira_sync.workers
      set seen_at = clock_timestamp() + interval '15 min', on_time_since = clock_timestamp() - interval '1 hour';
      """)
    for _ in 0..<steps { try await step() }
    try await finish()
    try model.checkEnd()
  }

  private mutating func step() async throws {
    let worker = Int.random(in: workers.indices, using: &generator)
    switch Int.random(in: 0..<16, using: &generator) {
    case 0...3:
      let key = ["a", "b", "c"].randomElement(using: &generator) ?? "a"
      try await queue.noop(key: key)
      model.changed("noop:" + key)
    case 4...7: try await claim(worker)
    case 8...11:
      guard let lease = model.remembered.randomElement(using: &generator) else { return }
      let outcome =
        ["done", "done", "retry", "returned"].randomElement(using: &generator) ?? "done"
      try await settle(lease, as: outcome)
    case 12:
      // Past its lease, and far from the minute after it at which it would be forgotten.
      try await workers[worker].goSilent(for: 5)
      silent.insert(worker)
    // What a stopped process does not do.
    case 13: try await rescue(worker)
    case 14:
      try await workers[worker].heartbeat()
      try await lives(worker)
    default: try await cancel()
    }
  }

  /// Who was silent until now judges nobody for a lease.
  private mutating func lives(_ worker: Int) async throws {
    if silent.remove(worker) != nil { mayJudge.remove(worker) }
    try await workers[worker].staysAsItIs()
  }

  private mutating func claim(_ worker: Int) async throws {
    let hasNoRuns = !model.live.contains { $0.worker == worker }
    let limit = Int.random(in: 1...3, using: &generator)
    let jobs = try await workers[worker].claim(limit: limit, hasNoRuns: hasNoRuns)
    // Who comes back with a claim was away until now: its older leases live on, if nobody took them.
    if !jobs.isEmpty { try await lives(worker) }
    try model.claimed(jobs, by: worker)
  }

  private mutating func settle(_ lease: QueueModel.Lease, as outcome: String) async throws {
    let held = try await workers[lease.worker].settle(
      [lease.job], as: outcome, charged: outcome != "returned")
    try model.settled(lease, as: outcome, held: held == [lease.job.id])
  }

  private mutating func rescue(_ worker: Int) async throws {
    let count = try await workers[worker].rescue()
    let others = silent.subtracting([worker])
    try model.rescued(
      count, of: mayJudge.contains(worker) && !silent.contains(worker) ? others : [])
    for entry in try await queue.entries() where entry.state == "dead" {
      if let lease = model.remembered.last(where: { $0.job.id == entry.id }),
        let key = lease.job.key
      {
        model.forget(key)
      }
    }
  }

  private mutating func cancel() async throws {
    let rows = try await queue.run("select id, key from jira_sync.jobs order by id").rows
    guard let row = rows.randomElement(using: &generator) else { return }
    let id: Int64 = try row.get("id")
    try await queue.run("select jira_sync.cancel(\(id))")
    model.forget(try row.get("key"))
  }

  /// All that is silent is rescued, all that is held is done, all that waits is run.
  private mutating func finish() async throws {
    for worker in silent.sorted() {
      try await workers[worker].heartbeat()
      try await lives(worker)
    }
    for lease in model.live.sorted(by: { $0.job.id < $1.job.id }) {
      try await settle(lease, as: "done")
    }
    while true {
      let before = model.live
      try await claim(0)
      let fresh = model.live.subtracting(before)
      if fresh.isEmpty { return }
      for lease in fresh { try await settle(lease, as: "done") }
    }
  }
}
