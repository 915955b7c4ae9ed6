/// What the queue must be doing, kept beside the real one: every answer of the database is compared with it.
///
/// Without any I/O. It does not say what a claim takes or whether a change shares a job that waits; it says what may
/// have happened, and what must have come of it.
struct ModelQueue: Sendable {
  /// A row of `jira_sync.jobs`, as far as the promises speak of it.
  struct Row: Sendable, Hashable {
    var id: Int64
    var key: String?
    var state: String
    var attempt: Int
    var maxAttempts: Int
    var crashes: Int
    var worker: String?
    var token: Int64?
    var cancelRequested: Bool
  }

  /// What a worker was told when it claimed: it may be long over when the worker comes back to it.
  struct Lease: Sendable, Hashable {
    let id: Int64
    let token: Int64
    let key: String?
    let worker: String
    /// How many changes of the key were committed when the run began.
    let seen: Int
  }

  /// One end of one run, as `job_history` must have it.
  struct Ending: Sendable, Hashable {
    let id: Int64
    let worker: String?
    let outcome: String
  }

  private(set) var rows: [Int64: Row] = [:]
  private(set) var leases: [Int64: Lease] = [:]
  private(set) var endings: [Ending: Int] = [:]
  private(set) var committed: [String: Int] = [:]
  private(set) var covered: [String: Int] = [:]

  /// Whether the lease still holds.
  func isLive(_ lease: Lease) -> Bool {
    rows[lease.id]?.token == lease.token && rows[lease.id]?.worker == lease.worker
  }

  /// The leases that hold.
  var live: [Lease] { leases.values.filter(isLive).sorted { $0.token < $1.token } }

  // MARK: - What happens

  /// A change of a key's data was committed, and a job for it.
  mutating func changed(_ key: String) { committed[key, default: 0] += 1 }

  /// A claim was committed.
  mutating func claimed(
    _ claimed: [(row: Row, merged: [Int64])], by worker: String, hasNoRuns: Bool
  ) throws(Violation) {
    for (row, merged) in claimed {
      guard let token = row.token, row.worker == worker, row.state == "running" else {
        throw Violation(what: "a claim answered job \(row.id) without a lease of its own")
      }
      guard let before = rows[row.id], before.state == "ready" else {
        throw Violation(
          what: "a claim took job \(row.id), which was \(rows[row.id]?.state ?? "no job at all")")
      }
      if let key = row.key,
        let other = rows.values.first(where: { $0.key == key && $0.token != nil })
      {
        throw Violation(
          what: "two live leases for \(key): job \(other.id) of \(other.worker ?? "?") and "
            + "job \(row.id) of \(worker)")
      }
      let others = merged.compactMap { rows[$0] }
      for other in others where other.key != row.key || other.state != "ready" {
        throw Violation(what: "a claim merged job \(other.id), \(other.state), into \(row.id)")
      }
      let parts = [before] + others
      let attempt = (parts.map(\.attempt).min() ?? 0) + 1
      let crashes = parts.map(\.crashes).max() ?? 0
      guard row.attempt == attempt, row.crashes == crashes else {
        throw Violation(
          what: "job \(row.id) was claimed with attempt \(row.attempt) and \(row.crashes) crashes; "
            + "\(attempt) and \(crashes) are right")
      }
      if crashes > 0, claimed.count > 1 || !hasNoRuns {
        throw Violation(what: "job \(row.id) was there in a crash and does not run alone")
      }
      for other in others { rows[other.id] = nil }
      rows[row.id] = row
      leases[token] = Lease(
        id: row.id, token: token, key: row.key, worker: worker,
        seen: row.key.map { committed[$0, default: 0] } ?? 0)
    }
  }

  /// Runs were ended by a worker; `held` are the jobs that the database says were its own.
  mutating func settled(
    _ asked: [(lease: Lease, outcome: Outcome)], held: [Int64]
  ) throws(Violation) {
    let expected = asked.filter { isLive($0.lease) }
    guard Set(held) == Set(expected.map(\.lease.id)), held.count == expected.count else {
      let stale = Set(held).subtracting(expected.map(\.lease.id))
      throw Violation(
        what: stale.isEmpty
          ? "a live lease was refused: jobs \(expected.map(\.lease.id)), held \(held)"
          : "a run of another worker was ended by an expired lease: jobs \(stale.sorted())")
    }
    for (lease, outcome) in expected { end(lease, as: outcome) }
  }

  /// Leases were taken from workers that seem lost.
  mutating func rescued(_ lost: [Lease]) {
    for lease in lost {
      guard var row = rows[lease.id] else { continue }
      if row.cancelRequested {
        record(lease, "cancelled")
        rows[lease.id] = nil
        cover(lease)
        continue
      }
      record(lease, "crashed")
      row.state = row.crashes >= 2 ? "dead" : "ready"
      if row.state == "dead" { cover(lease) }
      row.crashes += 1
      row.attempt = max(row.attempt - 1, 0)
      free(&row)
      rows[lease.id] = row
    }
  }

  /// A person took a job back.
  mutating func cancelled(_ id: Int64) {
    guard var row = rows[id] else { return }
    if row.state == "running" {
      row.cancelRequested = true
      rows[id] = row
      return
    }
    rows[id] = nil
    endings[Ending(id: id, worker: nil, outcome: "cancelled"), default: 0] += 1
    // Nobody can expect a run of what was taken back.
    if let key = row.key { covered[key] = committed[key, default: 0] }
  }

  /// All dead jobs were made ready again.
  mutating func revived() {
    for (id, row) in rows where row.state == "dead" {
      rows[id]?.state = "ready"
      rows[id]?.attempt = 0
      rows[id]?.crashes = 0
    }
  }

  // MARK: - Comparing

  /// Compares with what the table holds.
  ///
  /// - Parameters:
  ///   - actual: all rows of `jira_sync.jobs`.
  ///   - mayHaveInserted: whether jobs may have come that nobody has told us of.
  /// - Throws: `Violation` where a row is not as it should be, came from nowhere or is gone.
  mutating func compare(with actual: [Row], mayHaveInserted: Bool) throws(Violation) {
    for row in actual {
      if let expected = rows[row.id] {
        guard row == expected else {
          throw Violation(what: "job \(row.id) is \(row), and should be \(expected)")
        }
      } else {
        guard mayHaveInserted, row.state == "ready", row.attempt == 0, row.crashes == 0 else {
          throw Violation(what: "job \(row.id) came from nowhere: \(row)")
        }
        rows[row.id] = row
      }
    }
    let gone = Set(rows.keys).subtracting(actual.map(\.id))
    guard gone.isEmpty else { throw Violation(what: "jobs \(gone.sorted()) are gone") }
  }

  /// After everything has come to rest.
  func checkRest() throws(Violation) {
    if let row = rows.values.first(where: { $0.state != "dead" }) {
      throw Violation(what: "job \(row.id) is left \(row.state)")
    }
    for (key, changes) in committed.sorted(by: { $0.key < $1.key }) {
      let seen = covered[key, default: 0]
      guard seen >= changes else {
        throw Violation(
          what: "lost: \(key) was changed \(changes) times, and no run began after change \(seen)")
      }
    }
  }

  /// Every run has exactly one end in the history, the one it had.
  func checkHistory(_ actual: [Ending: Int]) throws(Violation) {
    for (ending, count) in actual where endings[ending] != count {
      throw Violation(
        what: "job_history has \(count) × \(ending), and \(endings[ending] ?? 0) are right")
    }
    for (ending, count) in endings where actual[ending] == nil {
      throw Violation(what: "job_history lacks \(count) × \(ending)")
    }
  }

  // MARK: - Ends of runs

  private mutating func end(_ lease: Lease, as outcome: Outcome) {
    guard var row = rows[lease.id] else { return }
    var name = outcome.rawValue
    if row.cancelRequested, outcome == .retry || outcome == .returned { name = "cancelled" }
    if name == "retry", row.attempt >= row.maxAttempts { name = "dead" }
    record(lease, name)
    switch name {
    case "retry":
      row.state = "ready"
      // Its worker lives.
      row.crashes = 0
      free(&row)
    case "returned":
      row.state = "ready"
      row.attempt = max(row.attempt - 1, 0)
      free(&row)
    case "dead":
      row.state = "dead"
      free(&row)
      cover(lease)
    default:
      rows[lease.id] = nil
      cover(lease)
      if name == "done", let key = row.key {
        for (id, dead) in rows where dead.state == "dead" && dead.key == key { rows[id] = nil }
      }
      return
    }
    rows[lease.id] = row
  }

  private func free(_ row: inout Row) {
    row.worker = nil
    row.token = nil
    row.cancelRequested = false
  }

  private mutating func record(_ lease: Lease, _ outcome: String) {
    endings[Ending(id: lease.id, worker: lease.worker, outcome: outcome), default: 0] += 1
  }

  private mutating func cover(_ lease: Lease) {
    guard let key = lease.key else { return }
    covered[key] = max(covered[key, default: 0], lease.seen)
  }

  /// How a worker ends a run.
  enum Outcome: String, Sendable, CaseIterable {
    case done, retry, returned, refused, dead, cancelled
  }
}

/// A promise of the queue that a schedule broke.
struct Violation: Error, Sendable, CustomStringConvertible {
  /// Which promise, and by what.
  let what: String
  var description: String { what }
}
