import Testing

@testable import Chaos

/// What the model takes for broken, without a database: a checker that accepts everything proves nothing.
struct ModelQueueTests {
  @Test
  func `two live leases for one key are a violation`() throws {
    var queue = try queue(ready: [1, 2])
    try queue.claimed([claimed(1, token: 10)], by: "a", hasNoRuns: true)
    #expect(throws: Violation.self) {
      try queue.claimed([claimed(2, token: 11, by: "b")], by: "b", hasNoRuns: true)
    }
  }

  @Test
  func `a settlement by a lease that is over must say that nothing was held`() throws {
    var queue = try queue(ready: [1])
    try queue.claimed([claimed(1, token: 10)], by: "a", hasNoRuns: true)
    let old = try #require(queue.live.first)
    queue.rescued([old])
    try queue.claimed(
      [claimed(1, token: 11, crashes: 1)], by: "a", hasNoRuns: true)
    try queue.settled([(old, .done)], held: [])
    // What a queue answers that ends runs by the job and the worker alone.
    #expect(throws: Violation.self) { try queue.settled([(old, .done)], held: [1]) }
  }

  @Test
  func `a change that commits after the last run began is lost`() throws {
    var queue = try queue(ready: [1])
    queue.changed("row:1")
    try queue.claimed([claimed(1, token: 10)], by: "a", hasNoRuns: true)
    let lease = try #require(queue.live.first)
    queue.changed("row:1")
    try queue.settled([(lease, .done)], held: [1])
    #expect(throws: Violation.self) { try queue.checkRest() }
  }

  @Test
  func `a job that was there in a crash does not run beside others`() throws {
    var queue = try queue(ready: [1])
    try queue.claimed([claimed(1, token: 10)], by: "a", hasNoRuns: true)
    queue.rescued(queue.live)
    #expect(throws: Violation.self) {
      try queue.claimed([claimed(1, token: 11, crashes: 1)], by: "a", hasNoRuns: false)
    }
  }

  @Test
  func `the third crash sets a job aside, and charges no attempt`() throws {
    var queue = try queue(ready: [1])
    for crash in 0..<3 {
      try queue.claimed(
        [claimed(1, token: Int64(10 + crash), crashes: crash)], by: "a", hasNoRuns: true)
      queue.rescued(queue.live)
    }
    #expect(queue.rows[1]?.state == "dead")
    #expect(queue.rows[1]?.attempt == 0)
    #expect(queue.rows[1]?.crashes == 3)
  }

  @Test
  func `jobs that come from nowhere, change by themselves or go are violations`() throws {
    var queue = try queue(ready: [1])
    #expect(throws: Violation.self) {
      try queue.compare(with: [row(1), row(2)], mayHaveInserted: false)
    }
    #expect(throws: Violation.self) {
      try queue.compare(with: [row(1, state: "dead")], mayHaveInserted: true)
    }
    #expect(throws: Violation.self) { try queue.compare(with: [], mayHaveInserted: true) }
  }

  @Test
  func `a run that ended twice shows in the history`() throws {
    var queue = try queue(ready: [1])
    try queue.claimed([claimed(1, token: 10)], by: "a", hasNoRuns: true)
    let lease = try #require(queue.live.first)
    try queue.settled([(lease, .done)], held: [1])
    let ending = ModelQueue.Ending(id: 1, worker: "a", outcome: "done")
    try queue.checkHistory([ending: 1])
    #expect(throws: Violation.self) { try queue.checkHistory([ending: 2]) }
    #expect(throws: Violation.self) { try queue.checkHistory([:]) }
  }

  // MARK: - Made up

  private func queue(ready ids: [Int64]) throws -> ModelQueue {
    var queue = ModelQueue()
    try queue.compare(with: ids.map { row($0) }, mayHaveInserted: true)
    return queue
  }

  private func row(_ id: Int64, state: String = "ready") -> ModelQueue.Row {
    ModelQueue.Row(
      id: id, key: "row:1", state: state, attempt: 0, maxAttempts: 20, crashes: 0, worker: nil,
      token: nil, cancelRequested: false)
  }

  private func claimed(
    _ id: Int64, token: Int64, by worker: String = "a", crashes: Int = 0
  ) -> (row: ModelQueue.Row, merged: [Int64]) {
    (
      ModelQueue.Row(
        id: id, key: "row:1", state: "running", attempt: 1, maxAttempts: 20, crashes: crashes,
        worker: worker, token: token, cancelRequested: false), []
    )
  }
}
