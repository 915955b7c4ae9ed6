import Postgres
import Simulation

/// One random history of up to four workers and three keys, driven step by step against the real functions.
struct Schedule {
  /// A worker as it knows itself.
  struct Actor {
    /// Its incarnation; a crash gives it a new one.
    var worker: String
    /// The runs it works on, whether their leases still hold or not.
    var runs: [ModelQueue.Lease] = []
    /// No heartbeat came for longer than a lease.
    var isLapsed = false
    /// It has been in touch long enough to judge others.
    var isTrusted = true
    /// Its statement is under way, and so is every other one that would have to wait for it.
    var isBusy = false
    var number: Int
  }

  /// A transaction that is open, and what its commit means.
  struct Open {
    let transaction: HeldTransaction
    let connection: Int
    let meaning: Meaning
  }

  /// What happens when an open transaction commits.
  enum Meaning {
    case change(key: String?)
    case claim(actor: Int, rows: [(row: ModelQueue.Row, merged: [Int64])], hasNoRuns: Bool)
    case settlement(
      actor: Int, asked: [(lease: ModelQueue.Lease, outcome: ModelQueue.Outcome)],
      held: [Int64])
  }

  let database: ModelDatabase
  let seed: UInt64
  var random: SeededGenerator
  var queue = ModelQueue()
  var actors: [Actor] = []
  var open: [Open] = []
  /// Incarnations that are gone and left leases behind, and those of them whose lease has lapsed.
  var lapsedWorkers: Set<String> = []
  var isPaused = false
  var trace: [String] = []

  init(seed: UInt64, database: ModelDatabase) {
    self.seed = seed
    self.database = database
    random = SeededGenerator(seed: seed)
  }

  /// Runs it.
  ///
  /// - Throws: `Violation` with the steps that led to it.
  mutating func run() async throws {
    do {
      try await begin()
      let steps = Int.random(in: 8...24, using: &random)
      for _ in 0..<steps { try await step() }
      try await comeToRest()
    } catch let violation as Violation {
      throw Failure(seed: seed, what: violation.what, trace: trace)
    } catch let error as PostgresError {
      // A promise, too: nothing that people or workers do ends in an error that was not expected.
      throw Failure(seed: seed, what: "\(error)", trace: trace)
    }
  }

  /// What a schedule has found.
  struct Failure: Error, Sendable, CustomStringConvertible {
    let seed: UInt64
    let what: String
    let trace: [String]
    var description: String {
      "seed \(seed): \(what)\n" + trace.map { "  " + $0 }.joined(separator: "\n")
    }
  }

  // MARK: - Beginning

  private mutating func begin() async throws {
    let count = Int.random(in: 2...4, using: &random)
    for number in 0..<count { actors.append(Actor(worker: newIncarnation(), number: number)) }
    // The schedule before may have failed half-way.
    try await database.main.script(
      """
      delete from jira_sync.jobs;
      delete from jira_sync.workers;
      delete from jira_sync.job_history;
      update jira_sync.control set paused_at = null, pause_reason = null where paused_at is not null;
      """ + actors.map { registration($0.worker) }.joined(), doing: "beginning a schedule")
  }

  mutating func newIncarnation() -> String {
    let high = random.next()
    let low = random.next()
    func hex(_ value: UInt64) -> String {
      let digits = String(value, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    let digits = Array(hex(high) + hex(low))
    let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
    return cuts.map { String(digits[$0]) }.joined(separator: "-")
  }

  /// A lease of a quarter of an hour never ends by itself while schedules run; they end it when they want to.
  func registration(_ worker: String) -> String {
    """
    select jira_sync.register('\(worker)', 'model', '{push,pull,sync,noop}', 4, 900);
    update jira_sync.workers set on_time_since = on_time_since - interval '1 hour'
    where incarnation = '\(worker)';
    """
  }

  // MARK: - Steps

  private mutating func step() async throws {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<26: try await change()
    case 26..<48: try await claim()
    case 48..<64: try await settle()
    case 64..<71: try await lapse()
    case 71..<79: try await rescue()
    case 79..<83: try await heartbeat()
    case 83..<86: try await cancel()
    case 86..<88: try await reviveDead()
    case 88..<90: try await pauseOrResume()
    case 90..<92: try await leave()
    default: try await endOpenTransaction()
    }
  }

  // MARK: - Comparing

  /// Compares the table with the model.
  mutating func compare(_ result: PostgresResult, mayHaveInserted: Bool = false) throws {
    let actual = try result.rows.map { try Self.row($0) }
    try queue.compare(with: actual, mayHaveInserted: mayHaveInserted)
  }

  static let state: SQL = "select * from model.state"

  static func row(_ row: PostgresRow) throws(PostgresError) -> ModelQueue.Row {
    ModelQueue.Row(
      id: try row.get("id"), key: try row.get("key", as: String?.self),
      state: try row.get("state"), attempt: try row.get("attempt"),
      maxAttempts: try row.get("max_attempts"), crashes: try row.get("crashes"),
      worker: try row.get("worker", as: String?.self), token: try row.get("token", as: Int64?.self),
      cancelRequested: try row.get("cancel_requested"))
  }

  // MARK: - Helpers

  /// Leases that an open transaction has locked.
  var lockedTokens: Set<Int64> {
    var tokens: Set<Int64> = []
    for case .settlement(_, let asked, _) in open.map(\.meaning) {
      tokens.formUnion(asked.map(\.lease.token))
    }
    return tokens
  }

  /// A connection that nobody uses.
  var freeConnection: Int? {
    database.others.indices.first { index in !open.contains { $0.connection == index } }
  }

  /// An actor that is free to do something.
  mutating func someActor() -> Int? {
    actors.indices.filter { !actors[$0].isBusy }.randomElement(using: &random)
  }

  func isLockTimeout(_ error: PostgresError) -> Bool { error.sqlState == "55P03" }
}
