/// What must be true of the queue, kept in memory beside the real one.
struct QueueModel {
  /// A lease as the worker that was given it remembers it, long after it may have ended.
  struct Lease: Hashable {
    let worker: Int
    let job: Claimed
    let beganAt: Int
  }

  /// What somebody saw that must not be.
  struct Violation: Error, CustomStringConvertible {
    let description: String
  }

  private(set) var live: Set<Lease> = []
  private(set) var remembered: [Lease] = []
  private var clock = 0
  private var changedAt: [String: Int] = [:]
  private var coveredFrom: [String: Int] = [:]

  mutating func changed(_ key: String) {
    clock += 1
    changedAt[key] = clock
  }

  mutating func claimed(_ jobs: [Claimed], by worker: Int) throws(Violation) {
    clock += 1
    for job in jobs {
      if let other = live.first(where: { $0.job.key == job.key }) {
        throw Violation(
          description: "\(job.key ?? "?") has two leases: of workers \(other.worker) and \(worker)")
      }
      let lease = Lease(worker: worker, job: job, beganAt: clock)
      live.insert(lease)
      remembered.append(lease)
    }
  }

  /// A settlement was sent under a lease, and the database answered whether it was held.
  mutating func settled(_ lease: Lease, as outcome: String, held: Bool) throws(Violation) {
    guard held == live.contains(lease) else {
      throw Violation(
        description: "job \(lease.job.id) of worker \(lease.worker): the lease is "
          + (held ? "over, and its settlement was taken" : "live, and its settlement was refused"))
    }
    guard held else { return }
    live.remove(lease)
    if let key = lease.job.key, outcome == "done" {
      coveredFrom[key] = max(coveredFrom[key] ?? 0, lease.beganAt)
    }
  }

  /// Jobs of silent workers were given back.
  mutating func rescued(_ count: Int, of silent: Set<Int>) throws(Violation) {
    let over = live.filter { silent.contains($0.worker) }
    guard over.count == count else {
      throw Violation(
        description: "\(count) jobs were rescued where \(over.count) leases had ended")
    }
    live.subtract(over)
  }

  /// Somebody took the job back or it was given up: its changes need no run any more.
  mutating func forget(_ key: String) { changedAt[key] = nil }

  /// When nothing is left to do.
  func checkEnd() throws(Violation) {
    for (key, change) in changedAt where (coveredFrom[key] ?? 0) < change {
      throw Violation(description: "the last change of \(key) was never run")
    }
  }
}
