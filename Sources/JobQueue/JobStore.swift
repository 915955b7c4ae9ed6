import FoundationEssentials
import JSON
import Postgres

/// The queue's statements, as one worker sends them.
struct JobStore: Sendable {
  /// This start of this process: the first half of each of its leases.
  let incarnation: UUID
  /// Where the statements go.
  let database: PostgresClient

  /// Announces the worker.
  func register(name: String, kinds: [String], slots: Int, lease: Duration) async throws {
    _ = try await database.query(
      """
      select jira_sync.register(
        \(incarnation)::uuid, \(name), \(kinds)::text[], \(slots)::integer, \(lease.inSeconds)::float8)
      """, doing: "registering the worker")
  }

  /// Takes leave; nothing may be held any more.
  func unregister() async throws {
    _ = try await database.query(
      "select jira_sync.unregister(\(incarnation)::uuid)", doing: "taking leave of the queue")
  }

  /// Takes leases on jobs that are due.
  ///
  /// - Parameters:
  ///   - kinds: the kinds that have a handler.
  ///   - unread: the kinds whose `args` are not needed; they are not decoded.
  ///   - limit: how many jobs at the most.
  ///   - hasNoRuns: whether the worker's hands are empty, so that a job that wants to be alone can come.
  ///   - lowestFirst: whether the lowest priority goes first this time; nil: nothing of a priority below 0.
  ///   - lookBack: how far back to look for what fell due; nil for all the way.
  /// - Returns: the jobs.
  /// - Throws: `PostgresError`; whether jobs were claimed is then unknown.
  func claim(
    kinds: [String], unread: Set<String>, limit: Int, hasNoRuns: Bool, lowestFirst: Bool?,
    lookBack: Duration?
  ) async throws -> Claim {
    // NULL makes the interval NULL: all the way back.
    let seconds = lookBack?.inSeconds
    let statement: SQL =
      """
      select id, kind, table_name, row_id, key, priority, enqueued_by, attempt, max_attempts, crashes, args, token,
        date_part('epoch', created_at) as created_at, cardinality(merged) as merged
      from jira_sync.claim(
        \(incarnation)::uuid, \(kinds)::text[], \(limit)::integer, \(hasNoRuns)::boolean,
        \(lowestFirst)::boolean, make_interval(secs => \(seconds)::float8))
      """
    let result = try await database.query(statement.prepared(), doing: "claiming jobs")
    var claim = Claim(limit: limit)
    let texts = try result.rows.map { row in
      unread.contains(try row.get("kind")) ? "{}" : try row.get("args", as: String.self)
    }
    for (row, arguments) in zip(result.rows, Self.arguments(texts)) {
      claim.merged += try row.get("merged", as: Int.self)
      if let arguments {
        claim.jobs.append(try job(row, arguments: arguments))
      } else {
        claim.unreadable.append(try job(row, arguments: .object([:])))
      }
    }
    return claim
  }

  /// The `args` of all jobs; nil where a jsonb holds what we cannot read, as a number of a thousand digits: others must not suffer from it.
  ///
  /// They are read together, as a decoder for each took a third of a worker's time; only where that fails, each by itself.
  private static func arguments(_ texts: [String]) -> [JSON?] {
    if texts.allSatisfy({ $0 == "{}" }) { return texts.map { _ in .object([:]) } }
    if let all = try? JSON(parsing: "[\(texts.joined(separator: ","))]").array { return all }
    return texts.map { try? JSON(parsing: $0) }
  }

  /// Puts mass edits behind single edits.
  ///
  /// - Returns: how many jobs were moved; where they are many, there may be more.
  func deferMassEdits() async throws -> Int {
    let statement: SQL = "select jira_sync.defer_mass_edits() as deferred"
    return try await database.query(
      statement.prepared(), doing: "putting mass edits behind single edits"
    ).one.get("deferred")
  }

  private func job(_ row: PostgresRow, arguments: JSON) throws(PostgresError) -> Job {
    Job(
      id: try row.get("id"), kind: try row.get("kind"),
      tableName: try row.get("table_name"), rowID: try row.get("row_id", as: String?.self),
      key: try row.get("key", as: String?.self), priority: try row.get("priority"),
      enqueuedBy: try row.get("enqueued_by"),
      attempt: try row.get("attempt"), maxAttempts: try row.get("max_attempts"),
      crashes: try row.get("crashes"), arguments: arguments, token: try row.get("token"),
      createdAt: try row.get("created_at"))
  }

  /// What a claim brought.
  struct Claim: Sendable {
    var jobs: [Job] = []
    /// Jobs whose `args` are beyond what can be read here.
    var unreadable: [Job] = []
    /// How many others were merged into these.
    var merged = 0
    /// How many were asked for.
    let limit: Int

    private var all: [Job] { jobs + unreadable }
    /// Whether it brought as many as were asked for, so that there may be more.
    var isFull: Bool { all.count >= limit }
    /// Whether it brought a job that has to run alone, and so left the others.
    var isAlone: Bool { all.contains { $0.crashes > 0 } }
    /// Whether it took all that was due: so few, those that were merged counted, that its limit cut nothing off, even where
    /// some keys were left to others.
    var isShort: Bool { !isAlone && all.count + merged <= limit / 4 }
  }

  /// The statement that ends runs under their leases and answers the ids that were still held.
  func settling(_ settlements: [(job: Job, as: Settlement)]) -> SQL {
    // What ended well is told apart by nothing else: the other arrays would be written here and read there for nothing.
    let told = settlements.allSatisfy { $0.as == .done } ? settlements.prefix(1) : settlements[...]
    let statement: SQL =
      """
      select id from jira_sync.settle(
        \(incarnation)::uuid, \(settlements.map(\.job.id))::bigint[],
        \(settlements.map(\.job.token))::bigint[], \(told.map(\.as.outcome))::text[],
        \(told.map { $0.as.error?.replacing("\0", with: "�") })::text[], \(told.map(\.as.delay))::float8[],
        \(told.map(\.as.isCharged))::boolean[]) as s(id)
      """
    return statement.prepared()
  }

  /// The statement that locks the jobs whose lease still holds and answers their ids.
  func lockingLeases(of jobs: [Job]) -> SQL {
    let statement: SQL =
      """
      select id from jira_sync.lock_leases(
        \(incarnation)::uuid, \(jobs.map(\.id))::bigint[], \(jobs.map(\.token))::bigint[]) as l(id)
      """
    return statement.prepared()
  }

  /// The statement of a heartbeat.
  ///
  /// - Parameters:
  ///   - fallsAsleep: whether the worker wants to be woken by NOTIFY from now on.
  ///   - lookBack: how far back to look for jobs that fell due, nil for all the way.
  ///   - holding: the ids of the jobs to tell about; nil for all that the database thinks this worker holds, and for when
  ///     leases of others end, which reads all of the index of what runs.
  /// - Returns: the statement.
  func heartbeat(fallsAsleep: Bool = false, lookBack: Duration?, holding: [Int64]?) -> SQL {
    """
    select known, coalesce(paused, false) as paused, due_now, due_in, rescue_in, cancelled, held,
      coalesce(maintenance_due, false) as maintenance_due
    from jira_sync.heartbeat(
      \(incarnation)::uuid, \(fallsAsleep)::boolean,
      make_interval(secs => \(lookBack?.inSeconds)::float8), \(holding)::bigint[])
    """
  }

  /// Returns the jobs that the database counts as leased by this worker, and that it knows nothing of; answers how many.
  ///
  /// - Parameter kept: the tokens of the leases that it knows of.
  /// - Returns: how many jobs were returned.
  /// - Throws: `PostgresError`.
  func returnUnknownLeases(allBut kept: [Int64]) async throws -> Int {
    try await database.query(
      "select jira_sync.return_unknown_leases(\(incarnation)::uuid, \(kept)::bigint[]) as count",
      doing: "giving back jobs of a claim that went unanswered"
    ).rows.first?.get("count") ?? 0
  }

  /// Gives the jobs of lost workers back and answers how many they were.
  func rescue() async throws -> Int {
    try await database.query(
      "select jira_sync.rescue(\(incarnation)::uuid) as rescued",
      doing: "rescuing jobs of lost workers"
    ).rows.first?.get("rescued") ?? 0
  }

  /// Makes partitions ahead and drops old ones.
  func maintain() async throws {
    _ = try await database.query("select jira_sync.maintain()", doing: "keeping house in the queue")
  }

  /// Sets a schedule on behalf of a file; what a person set stays.
  ///
  /// - Parameters:
  ///   - name: the schedule, and the kind of its jobs.
  ///   - cron: a period or five cron fields.
  /// - Returns: in words what holds now.
  /// - Throws: `PostgresError`.
  func setSchedule(_ name: String, cron: String) async throws -> String {
    try await database.query(
      "select jira_sync.set_schedule(\(name), \(name), \(cron), '{}', 'file') as said",
      doing: "setting the schedule \(name)"
    ).rows.first?.get("said") ?? ""
  }

  /// Takes the ticks of periodic work that are due and this worker's to take.
  ///
  /// - Returns: how long until it should look again; nil where there are no schedules.
  /// - Throws: `PostgresError`.
  func keepSchedules() async throws -> Duration? {
    try await database.query(
      "select jira_sync.run_schedules() as wait", doing: "keeping the schedules"
    ).rows.first?.get("wait", as: Double?.self).map { .seconds($0) }
  }

  /// How much is left for a worker that drains the queue.
  ///
  /// - Parameters:
  ///   - kinds: the kinds that have a handler.
  ///   - horizon: how far into the future a job counts.
  /// - Returns: what is left.
  /// - Throws: `PostgresError`.
  func remaining(kinds: [String], within horizon: Duration) async throws -> Remaining {
    let rows = try await database.query(
      """
      select
        count(*) filter (where state = 'running') as running,
        count(*) filter (where state = 'ready') as ready,
        (select paused_at is not null from jira_sync.control) as paused,
        (select pause_reason from jira_sync.control) as reason
      from jira_sync.jobs
      where kind = any(\(kinds)::text[])
        and (state = 'running'
          or state = 'ready' and run_at <= now() + make_interval(secs => \(horizon.inSeconds)::float8))
      """, doing: "looking what is left to do"
    ).rows
    guard let row = rows.first else { return Remaining(running: 0, ready: 0, pauseReason: nil) }
    let paused: Bool = try row.get("paused")
    return Remaining(
      running: try row.get("running"), ready: try row.get("ready"),
      pauseReason: paused ? try row.get("reason", as: String?.self) ?? "no reason given" : nil)
  }

  /// What is left for a worker that drains the queue.
  struct Remaining: Sendable, Hashable {
    var running: Int
    var ready: Int
    var pauseReason: String?

    var isNothing: Bool { running == 0 && ready == 0 }
  }
}
