import Postgres
import Simulation

/// Rescue, stops in the middle of a function, and the end.
extension Schedule {
  /// A worker looks for lost leases; sometimes it is stopped between looking and locking.
  mutating func rescue() async throws {
    guard let actor = someActor() else { return }
    let worker = actors[actor].worker
    let expected = lost(judgedBy: actor)
    let sql: SQL = "select jira_sync.rescue(\(worker)::uuid) as count"
    if random.chance(40) || freeConnection == nil {
      trace.append("worker \(actor) rescues")
      let locked = lockedTokens
      try note(
        rescued: expected.filter { !locked.contains($0.token) },
        try await database.main.pipeline([sql, Self.state], doing: "rescuing"))
      return
    }
    guard let connection = freeConnection else { return }
    trace.append("worker \(actor) is half-way in a rescue")
    actors[actor].isBusy = true
    let held = try await stopped(sql, at: .inRescue, on: connection)
    open.append(
      Open(transaction: held.transaction, connection: connection, meaning: .change(key: nil)))
    if held.isStopped { try await rescueAndClaimMeanwhile() }
    open.removeAll { $0.connection == connection }
    let result = try await goOn(held)
    actors[actor].isBusy = false
    trace.append("worker \(actor) goes on with its rescue")
    let locked = lockedTokens
    let stillLost = expected.filter { queue.isLive($0) && !locked.contains($0.token) }
    let state = try await database.main.query(Self.state, doing: "looking")
    try note(rescued: stillLost, [result, state])
  }

  /// Another worker rescues the same jobs, and a third one takes them.
  private mutating func rescueAndClaimMeanwhile() async throws {
    if let other = someActor(), random.chance(90) {
      trace.append("worker \(other) rescues meanwhile")
      let locked = lockedTokens
      let expected = lost(judgedBy: other).filter { !locked.contains($0.token) }
      try note(
        rescued: expected,
        try await database.main.pipeline(
          ["select jira_sync.rescue(\(actors[other].worker)::uuid) as count", Self.state],
          doing: "rescuing"))
    }
    for _ in 0..<Int.random(in: 1...2, using: &random) { try await quickClaim() }
  }

  private mutating func note(rescued lost: [ModelQueue.Lease], _ results: [PostgresResult]) throws {
    let count: Int = try results[0].one.get("count")
    guard count == lost.count else {
      throw Violation(what: "\(count) jobs were rescued; lost were \(lost)")
    }
    if count > 0 { trace.append("  \(lost.map(\.id))") }
    queue.rescued(lost)
    try compare(results[1])
  }

  /// Leases that this worker may take from others.
  private func lost(judgedBy actor: Int) -> [ModelQueue.Lease] {
    guard actors[actor].isTrusted, !actors[actor].isLapsed else { return [] }
    return queue.live.filter {
      lapsedWorkers.contains($0.worker) && $0.worker != actors[actor].worker
    }
  }

  // MARK: - Stopping in the middle

  /// A statement that is under way.
  struct UnderWay {
    let transaction: HeldTransaction
    let answer: Task<PostgresResult, any Error>
    let isStopped: Bool
  }

  /// Sends a statement, and waits until it has come to the place in the middle, or has ended.
  mutating func stopped(
    _ sql: SQL, at place: StopPlace, on connection: Int
  ) async throws -> UnderWay {
    let main = database.main
    _ = try await main.query("select pg_advisory_lock(77)", doing: "closing the gate")
    let held = try await HeldTransaction.begin(on: database.others[connection])
    _ = try await held.transaction.query(
      "select set_config('model.stops', \(place.rawValue), true)", doing: "asking for a stop")
    let pid: Int = try await held.transaction.query(
      "select pg_backend_pid() as pid", doing: "asking for a stop"
    ).one.get("pid")
    let ended = Mark()
    let transaction = held.transaction
    let answer = Task {
      defer { ended.raise() }
      return try await transaction.query(sql, doing: "a statement that is stopped in the middle")
    }
    var isStopped = false
    while !isStopped, !ended.isRaised {
      isStopped = try await main.query(
        """
        select exists (select from pg_locks where locktype = 'advisory' and not granted
          and pid = \(pid)) as waits
        """, doing: "waiting for the stop"
      ).one.get("waits")
    }
    return UnderWay(transaction: held, answer: answer, isStopped: isStopped)
  }

  /// Lets it go on, and commits.
  mutating func goOn(_ held: UnderWay) async throws -> PostgresResult {
    _ = try await database.main.query("select pg_advisory_unlock(77)", doing: "opening the gate")
    do {
      let result = try await held.answer.value
      try await held.transaction.commit()
      return result
    } catch {
      try await held.transaction.rollBack()
      throw error
    }
  }

  // MARK: - The end

  /// All transactions end, all workers are lost, and a new one does what is left.
  mutating func comeToRest() async throws {
    while !open.isEmpty {
      try await endOpenTransaction(at: open.count - 1, commits: random.chance(75))
    }
    if isPaused { try await pauseOrResume() }
    // What zombies still send.
    for actor in actors.indices where random.chance(50) {
      try await settleLate(actor)
    }
    trace.append("all workers are lost")
    let last = newIncarnation()
    try await database.main.script(
      "update jira_sync.workers set seen_at = clock_timestamp() - interval '1 s', lease = '1 ms';"
        + registration(last), doing: "losing all workers")
    let left = queue.live
    let results = try await database.main.pipeline(
      [
        "select jira_sync.rescue(\(last)::uuid) as count", Self.state,
        """
        select id, key, state, attempt, max_attempts, crashes, worker, token, cancel_requested, merged
        from model.drain(\(last)::uuid)
        """, Self.state,
        "select id, worker, outcome, count(*) as count from jira_sync.job_history group by 1, 2, 3",
      ], doing: "coming to rest")
    try note(rescued: left, Array(results[0...1]))
    for claimed in try Self.claimed(results[2]) {
      try queue.claimed([claimed], by: last, hasNoRuns: true)
      let lease = try lease(of: claimed.row)
      try queue.settled([(lease, .done)], held: [lease.id])
    }
    try compare(results[3])
    try queue.checkRest()
    var history: [ModelQueue.Ending: Int] = [:]
    for row in results[4].rows {
      let ending = ModelQueue.Ending(
        id: try row.get("id"), worker: try row.get("worker", as: String?.self),
        outcome: try row.get("outcome"))
      history[ending] = try row.get("count")
    }
    try queue.checkHistory(history)
  }

  private func lease(of row: ModelQueue.Row) throws -> ModelQueue.Lease {
    guard let lease = row.token.flatMap({ queue.leases[$0] }) else {
      throw Violation(what: "job \(row.id) ran without a lease")
    }
    return lease
  }

  /// A worker settles everything it ever began.
  private mutating func settleLate(_ actor: Int) async throws {
    let worker = actors[actor].worker
    let old = queue.leases.values.filter { $0.worker == worker }.sorted { $0.token < $1.token }
    // One answer says only which jobs: a job twice in one call could not be told apart.
    let asked = Dictionary(grouping: old, by: \.id).values.compactMap(\.first)
      .sorted { $0.token < $1.token }
    guard !asked.isEmpty else { return }
    trace.append("worker \(actor) settles late \(asked.map(\.id))")
    let results = try await database.main.pipeline(
      [
        """
        select id from jira_sync.settle(
          \(worker)::uuid, \(asked.map(\.id))::bigint[], \(asked.map(\.token))::bigint[],
          \(asked.map { _ in "done" })::text[], null, null, \(asked.map { _ in true })::boolean[])
          as s(id)
        """, Self.state,
      ], doing: "settling late")
    try queue.settled(
      asked.map { ($0, .done) }, held: try results[0].rows.map { try $0.get("id") })
    try compare(results[1])
  }
}
