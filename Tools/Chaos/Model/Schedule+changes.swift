import JobQueue
import Postgres
import Simulation

/// What applications and people do.
extension Schedule {
  /// A change and its job, by one of the ways there are; committed at once or later.
  mutating func change() async throws {
    let touched = open.compactMap { open -> String? in
      if case .change(let key) = open.meaning { key } else { nil }
    }
    let id = Int.random(in: 1...3, using: &random)
    let key = RowKey(id: String(id)).jobKey
    // An UPDATE of a row that is being updated waits; that is the application's own affair.
    guard !touched.contains(key) else { return }
    let way = Int.random(in: 0..<5, using: &random)
    var changed: String? = key
    let sql: SQL
    switch way {
    case 0, 1:
      sql = "update public.file_audit set notes = (notes::integer + 1)::text where id = \(id)"
    case 2: sql = "select jira_sync.enqueue('push', \(id)::text)"
    case 3:
      let kind = random.chance(70) ? "push" : "pull"
      let attempts = random.chance(50) ? 20 : 2
      let priority = random.chance(80) ? 0 : 5
      sql = """
        insert into jira_sync.jobs (kind, row_id, max_attempts, priority)
        select \(kind), \(id)::text, \(attempts), \(priority)
        """
    default:
      changed = nil
      sql = "insert into jira_sync.jobs (kind) values ('noop')"
    }
    // Triggers take a shorter way where the application has set no time-out.
    let isPatient = way == 0
    if random.chance(60) {
      trace.append("change \(changed ?? "without a key") by way \(way)")
      let statements =
        isPatient
        ? ["set lock_timeout = 0", sql, "set lock_timeout = '20ms'", Self.state]
        : [sql, Self.state]
      let results = try await database.main.pipeline(statements, doing: "changing \(key)")
      if let changed { queue.changed(changed) }
      try compare(results[results.count - 1], mayHaveInserted: true)
      return
    }
    guard let connection = freeConnection else { return }
    let isSnapshot = random.chance(25)
    trace.append(
      "begin change \(changed ?? "without a key") by way \(way)\(isSnapshot ? ", REPEATABLE READ" : "")"
    )
    let held = try await HeldTransaction.begin(on: database.others[connection])
    open.append(Open(transaction: held, connection: connection, meaning: .change(key: changed)))
    if isSnapshot {
      _ = try await held.transaction.query(
        "set transaction isolation level repeatable read", doing: "changing \(key)")
    }
    if isPatient {
      _ = try await held.transaction.query("set local lock_timeout = 0", doing: "changing \(key)")
    }
    _ = try await held.transaction.query(sql, doing: "changing \(key) in an open transaction")
  }

  /// Commits or rolls back one of the open transactions.
  mutating func endOpenTransaction() async throws {
    guard let index = open.indices.randomElement(using: &random) else { return }
    try await endOpenTransaction(at: index, commits: random.chance(75))
  }

  mutating func endOpenTransaction(at index: Int, commits: Bool) async throws {
    let ended = open.remove(at: index)
    switch ended.meaning {
    case .change: break
    case .claim(let actor, _, _), .settlement(let actor, _, _): actors[actor].isBusy = false
    }
    guard commits else {
      trace.append("roll back \(ended.meaning.name)")
      try await ended.transaction.rollBack()
      return
    }
    trace.append("commit \(ended.meaning.name)")
    try await ended.transaction.commit()
    var mayHaveInserted = false
    switch ended.meaning {
    case .change(let key):
      if let key { queue.changed(key) }
      mayHaveInserted = true
    case .claim(let actor, let rows, let hasNoRuns):
      try note(claim: rows, by: actor, hasNoRuns: hasNoRuns)
      // Whoever claims is seen, but for a claim that found nothing: that writes nothing.
      revive(actor, unless: rows.isEmpty)
      try await restoreLease(of: actor)
    case .settlement(_, let asked, let held):
      try queue.settled(asked, held: held)
    }
    try compare(
      try await database.main.query(Self.state, doing: "looking"), mayHaveInserted: mayHaveInserted)
  }

  /// A person takes a job back.
  mutating func cancel() async throws {
    guard let id = queue.rows.keys.sorted().randomElement(using: &random) else { return }
    guard !lockedTokens.contains(queue.rows[id]?.token ?? -1) else { return }
    trace.append("cancel \(id)")
    do {
      let results = try await database.main.pipeline(
        ["select jira_sync.cancel(\(id)) as known", Self.state], doing: "cancelling")
      guard try results[0].one.get("known", as: Bool.self) else {
        throw Violation(what: "cancel does not know job \(id)")
      }
      queue.cancelled(id)
      try compare(results[1])
    } catch let error as PostgresError where isLockTimeout(error) && !open.isEmpty {
      trace.append("  waits for a lock, given up")
    }
  }

  /// Makes dead jobs ready again.
  mutating func reviveDead() async throws {
    guard queue.rows.values.contains(where: { $0.state == "dead" }) else { return }
    trace.append("retry_dead")
    do {
      let results = try await database.main.pipeline(
        ["select jira_sync.retry_dead()", Self.state], doing: "reviving dead jobs")
      queue.revived()
      try compare(results[1])
    } catch let error as PostgresError where isLockTimeout(error) && !open.isEmpty {
      trace.append("  waits for a lock, given up")
    }
  }

  mutating func pauseOrResume() async throws {
    isPaused.toggle()
    trace.append(isPaused ? "pause" : "resume")
    _ = try await database.main.query(
      isPaused ? "select jira_sync.pause('model')" : "select jira_sync.resume()", doing: "pausing")
  }
}

extension Schedule.Meaning {
  var name: String {
    switch self {
    case .change(let key): "change of \(key ?? "no key")"
    case .claim(let actor, _, _): "claim of worker \(actor)"
    case .settlement(let actor, _, _): "settlement of worker \(actor)"
    }
  }
}
