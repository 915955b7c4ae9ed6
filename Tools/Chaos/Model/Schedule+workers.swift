import Postgres
import Simulation

/// What workers do, and what happens to them.
extension Schedule {
  // MARK: - Claiming

  mutating func claim() async throws {
    guard let actor = someActor() else { return }
    let limit = Int.random(in: 1...3, using: &random)
    let hasNoRuns = actors[actor].runs.isEmpty
    let sql: SQL = """
      select id, key, state, attempt, max_attempts, crashes, worker, token, cancel_requested, merged
      from jira_sync.claim(\(actors[actor].worker)::uuid, '{push,pull,sync,noop}', \(limit),
        \(hasNoRuns), \(random.chance(20)),
        case when \(random.chance(30)) then interval '5 s' end)
      """
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<65:
      trace.append("worker \(actor) claims \(limit)")
      let results = try await database.main.pipeline([sql, Self.state], doing: "claiming")
      try checkPause(results[0])
      try note(claim: try Self.claimed(results[0]), by: actor, hasNoRuns: hasNoRuns)
      revive(actor, unless: results[0].rows.isEmpty)
      try compare(results[1])
      try await restoreLease(of: actor)
    case 65..<82: try await claim(sql, by: actor, hasNoRuns: hasNoRuns)
    default: try await claimWithStop(sql, by: actor, hasNoRuns: hasNoRuns)
    }
  }

  /// A claim whose transaction stays open.
  private mutating func claim(_ sql: SQL, by actor: Int, hasNoRuns: Bool) async throws {
    guard let connection = freeConnection else { return }
    trace.append("worker \(actor) begins a claim")
    let held = try await HeldTransaction.begin(on: database.others[connection])
    let result: PostgresResult
    do {
      result = try await held.transaction.query(sql, doing: "claiming in an open transaction")
    } catch {
      try await held.rollBack()
      throw error
    }
    try checkPause(result)
    actors[actor].isBusy = true
    open.append(
      Open(
        transaction: held, connection: connection,
        meaning: .claim(actor: actor, rows: try Self.claimed(result), hasNoRuns: hasNoRuns)))
  }

  /// A claim that is stopped in the middle, while others act.
  private mutating func claimWithStop(_ sql: SQL, by actor: Int, hasNoRuns: Bool) async throws {
    guard let connection = freeConnection else { return }
    let place = StopPlace.ofClaim.randomElement(using: &random) ?? .beforeLocks
    trace.append("worker \(actor) is half-way in a claim, \(place.rawValue)")
    actors[actor].isBusy = true
    let held = try await stopped(sql, at: place, on: connection)
    // Counted as open, so that nobody else takes its connection.
    let placeholder = Open(
      transaction: held.transaction, connection: connection,
      meaning: .claim(actor: actor, rows: [], hasNoRuns: hasNoRuns))
    open.append(placeholder)
    // Where nothing was found there is nothing between the halves.
    let meanwhile = held.isStopped ? Int.random(in: 1...3, using: &random) : 0
    for _ in 0..<meanwhile {
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<45: try await change()
      case 45..<75: try await quickClaim()
      default:
        // Another claim, begun before, may be committed now.
        let others = open.indices.filter { open[$0].connection != connection }
        if let other = others.randomElement(using: &random) {
          try await endOpenTransaction(at: other, commits: random.chance(75))
        }
      }
    }
    open.removeAll { $0.connection == connection }
    let result = try await goOn(held)
    trace.append("worker \(actor) goes on with its claim")
    actors[actor].isBusy = false
    try note(claim: try Self.claimed(result), by: actor, hasNoRuns: hasNoRuns)
    revive(actor, unless: result.rows.isEmpty)
    try compare(try await database.main.query(Self.state, doing: "looking"))
    try await restoreLease(of: actor)
  }

  /// A claim that is over at once, for between the halves of another.
  mutating func quickClaim() async throws {
    guard let actor = someActor() else { return }
    let hasNoRuns = actors[actor].runs.isEmpty
    trace.append("worker \(actor) claims meanwhile")
    let results = try await database.main.pipeline(
      [
        """
        select id, key, state, attempt, max_attempts, crashes, worker, token, cancel_requested, merged
        from jira_sync.claim(\(actors[actor].worker)::uuid, '{push,pull,sync,noop}', 3, \(hasNoRuns))
        """, Self.state,
      ], doing: "claiming")
    try checkPause(results[0])
    try note(claim: try Self.claimed(results[0]), by: actor, hasNoRuns: hasNoRuns)
    revive(actor, unless: results[0].rows.isEmpty)
    try compare(results[1])
    try await restoreLease(of: actor)
  }

  private func checkPause(_ result: PostgresResult) throws(Violation) {
    if isPaused, !result.rows.isEmpty {
      throw Violation(what: "jobs were claimed while the queue was paused")
    }
  }

  static func claimed(_ result: PostgresResult) throws -> [(row: ModelQueue.Row, merged: [Int64])] {
    try result.rows.map { (try row($0), try $0.get("merged")) }
  }

  mutating func note(
    claim rows: [(row: ModelQueue.Row, merged: [Int64])], by actor: Int, hasNoRuns: Bool
  ) throws {
    try queue.claimed(rows, by: actors[actor].worker, hasNoRuns: hasNoRuns)
    let tokens = Set(rows.compactMap(\.row.token))
    guard !tokens.isEmpty else { return }
    trace.append(
      "  worker \(actor) has jobs \(rows.map(\.row.id)) of \(rows.map { $0.row.key ?? "-" })")
    // Sometimes the answer never arrives: the leases are its own, and it does not know.
    if random.chance(8) {
      trace.append("  and the answer is lost")
    } else {
      actors[actor].runs += queue.leases.values.filter { tokens.contains($0.token) }
        .sorted { $0.token < $1.token }
    }
  }

  // MARK: - Settling

  mutating func settle() async throws {
    guard let actor = someActor() else { return }
    let locked = lockedTokens
    let mine = actors[actor].runs.filter { !locked.contains($0.token) }
    guard !mine.isEmpty else { return }
    let chosen = Array(
      mine.shuffled(using: &random).prefix(Int.random(in: 1...mine.count, using: &random)))
    let asked = chosen.map { lease -> (lease: ModelQueue.Lease, outcome: ModelQueue.Outcome) in
      (
        lease,
        random.chance(60)
          ? .done : ModelQueue.Outcome.allCases.randomElement(using: &random) ?? .done
      )
    }
    let tokens = Set(chosen.map(\.token))
    let sql: SQL = """
      select id from jira_sync.settle(
        \(actors[actor].worker)::uuid, \(asked.map(\.lease.id))::bigint[],
        \(asked.map(\.lease.token))::bigint[], \(asked.map(\.outcome.rawValue))::text[], null, null,
        \(asked.map { $0.outcome == .retry })::boolean[]) as s(id)
      """
    trace.append("worker \(actor) settles \(asked.map { "\($0.lease.id) \($0.outcome)" })")
    if random.chance(75) {
      let results = try await database.main.pipeline([sql, Self.state], doing: "settling")
      try queue.settled(asked, held: try results[0].rows.map { try $0.get("id") })
      actors[actor].runs.removeAll { tokens.contains($0.token) }
      try compare(results[1])
      return
    }
    guard let connection = freeConnection else { return }
    trace.append("  in a transaction that stays open")
    let held = try await HeldTransaction.begin(on: database.others[connection])
    let hold: SQL = """
      select id from jira_sync.lock_leases(
        \(actors[actor].worker)::uuid, \(asked.map(\.lease.id))::bigint[],
        \(asked.map(\.lease.token))::bigint[]) as h(id)
      """
    let results = try await held.transaction.pipeline([hold, sql], doing: "settling")
    let ids: [Int64] = try results[1].rows.map { try $0.get("id") }
    let holds: [Int64] = try results[0].rows.map { try $0.get("id") }
    guard Set(holds) == Set(asked.map(\.lease).filter(queue.isLive).map(\.id)) else {
      try await held.rollBack()
      throw Violation(what: "lock_leases answered \(holds) for \(asked.map(\.lease))")
    }
    actors[actor].runs.removeAll { tokens.contains($0.token) && !queue.isLive($0) }
    open.append(
      Open(
        transaction: held, connection: connection,
        meaning: .settlement(actor: actor, asked: asked, held: ids)))
    actors[actor].isBusy = true
  }

  // MARK: - Lapsing and crashing

  /// A worker stalls for longer than its lease, or crashes and starts again.
  mutating func lapse() async throws {
    guard let actor = someActor() else { return }
    let worker = actors[actor].worker
    lapsedWorkers.insert(worker)
    actors[actor].isLapsed = true
    var sql: SQL = """
      update jira_sync.workers set seen_at = clock_timestamp() - interval '1 s', lease = '1 ms'
      where incarnation = \(worker)::uuid
      """
    if random.chance(50) {
      trace.append("worker \(actor) crashes and starts again")
      // A machine that is gone for long is forgotten.
      if random.chance(30) {
        sql = """
          update jira_sync.workers set seen_at = clock_timestamp() - interval '2 h', lease = '1 ms'
          where incarnation = \(worker)::uuid
          """
      }
      _ = try await database.main.query(sql, doing: "crashing")
      actors[actor] = Actor(worker: newIncarnation(), number: actors[actor].number)
      try await database.main.script(registration(actors[actor].worker), doing: "registering")
    } else {
      trace.append("worker \(actor) stalls past its lease")
      _ = try await database.main.query(sql, doing: "stalling")
    }
  }

  /// It was heard of again.
  mutating func revive(_ actor: Int, unless isUnheard: Bool = false) {
    guard !isUnheard, actors[actor].isLapsed else { return }
    actors[actor].isLapsed = false
    actors[actor].isTrusted = false
    lapsedWorkers.remove(actors[actor].worker)
  }

  /// The lease was made short to end it; a worker that is back has its usual one.
  mutating func restoreLease(of actor: Int) async throws {
    guard !actors[actor].isLapsed, !actors[actor].isTrusted else { return }
    let seen = random.chance(40)
    _ = try await database.main.query(
      """
      update jira_sync.workers
      set lease = interval '15 min', on_time_since = on_time_since
        - case when \(seen) then interval '1 hour' else interval '0' end
      where incarnation = \(actors[actor].worker)::uuid
      """, doing: "restoring a lease")
    if seen { actors[actor].isTrusted = true }
  }

  /// A heartbeat, after which what the worker does not know of is given back.
  mutating func heartbeat() async throws {
    guard let actor = someActor() else { return }
    trace.append("worker \(actor) sends a heartbeat")
    let worker = actors[actor].worker
    let row = try await database.main.query(
      "select known, held, cancelled from jira_sync.heartbeat(\(worker)::uuid)",
      doing: "sending a heartbeat"
    ).one
    guard try row.get("known") else { throw Violation(what: "worker \(actor) is not known") }
    revive(actor)
    try await restoreLease(of: actor)
    let held: [Int64] = try row.get("held", as: [Int64]?.self) ?? []
    let live = queue.live.filter { $0.worker == worker }
    guard Set(held) == Set(live.map(\.token)) else {
      throw Violation(what: "the heartbeat of worker \(actor) says \(held), it holds \(live)")
    }
    let kept = actors[actor].runs.map(\.token)
    let strays = live.filter { !kept.contains($0.token) }
    guard !strays.isEmpty, lockedTokens.isDisjoint(with: strays.map(\.token)) else { return }
    trace.append("  and gives back \(strays.map(\.id))")
    let results = try await database.main.pipeline(
      [
        "select jira_sync.return_unknown_leases(\(worker)::uuid, \(kept)::bigint[]) as count",
        Self.state,
      ],
      doing: "giving back")
    try queue.settled(strays.map { ($0, .returned) }, held: strays.map(\.id))
    try compare(results[1])
  }

  /// A worker stops as it should.
  mutating func leave() async throws {
    guard let actor = someActor() else { return }
    let worker = actors[actor].worker
    let mine = queue.live.filter { $0.worker == worker }
    guard lockedTokens.isDisjoint(with: mine.map(\.token)) else { return }
    trace.append("worker \(actor) unregisters")
    let results = try await database.main.pipeline(
      ["select jira_sync.unregister(\(worker)::uuid)", Self.state], doing: "taking leave")
    try queue.settled(mine.map { ($0, .returned) }, held: mine.map(\.id))
    try compare(results[1])
    actors[actor] = Actor(worker: newIncarnation(), number: actors[actor].number)
    try await database.main.script(registration(actors[actor].worker), doing: "registering")
  }
}
