import FoundationEssentials
import Postgres
import TestSupport

/// A worker as the database knows one: it sends the queue's statements when a test says so.
struct Claimer: Sendable {
  static let allKinds = [
    "push", "pull", "sync", "poll", "full_sync", "sweep", "report", "notify", "noop",
  ]

  let id: UUID
  let connection: PostgresConnection

  /// Connects and registers.
  ///
  /// - Parameters:
  ///   - database: whose queue.
  ///   - lease: in seconds.
  /// - Returns: the registered worker.
  /// - Throws: `PostgresError`.
  static func join(_ database: TestDatabase, lease: Double = 8) async throws -> Claimer {
    let claimer = Claimer(id: UUID(), connection: try await database.connect())
    _ = try await claimer.connection.query(
      """
      select jira_sync.register(
        \(claimer.id)::uuid, 'test', \(allKinds)::text[], 4, \(lease)::float8)
      """, doing: "registering")
    return claimer
  }

  func claiming(
    limit: Int = 100, kinds: [String] = allKinds, hasNoRuns: Bool = true,
    lowestFirst: Bool = false
  ) -> SQL {
    """
    select * from jira_sync.claim(
      \(id)::uuid, \(kinds)::text[], \(limit)::int, \(hasNoRuns)::boolean,
      \(lowestFirst)::boolean, null)
    """
  }

  @discardableResult
  func claim(
    limit: Int = 100, kinds: [String] = allKinds, hasNoRuns: Bool = true,
    lowestFirst: Bool = false
  ) async throws -> [Claimed] {
    try await connection.query(
      claiming(
        limit: limit, kinds: kinds, hasNoRuns: hasNoRuns, lowestFirst: lowestFirst),
      doing: "claiming"
    ).rows.map(Claimed.init(row:))
  }

  func settling(
    _ jobs: [Claimed], as outcome: String, error: String? = nil, after delay: Double = 0,
    charged: Bool = true
  ) -> SQL {
    """
    select settle as id from jira_sync.settle(
      \(id)::uuid, \(jobs.map(\.id))::bigint[], \(jobs.map(\.token))::bigint[],
      \(jobs.map { _ in outcome })::text[], \(jobs.map { _ in error })::text[],
      \(jobs.map { _ in delay })::float8[], \(jobs.map { _ in charged })::boolean[])
    """
  }

  /// Ends runs and answers the ids that were still held.
  @discardableResult
  func settle(
    _ jobs: [Claimed], as outcome: String = "done", error: String? = nil, after delay: Double = 0,
    charged: Bool = true
  ) async throws -> [Int64] {
    try await connection.query(
      settling(jobs, as: outcome, error: error, after: delay, charged: charged), doing: "settling"
    ).rows.map { row in try row.get("id") }.sorted()
  }

  /// Locks those of the jobs that are still held and answers their ids.
  func hold(_ jobs: [Claimed]) async throws -> [Int64] {
    try await connection.query(
      """
      select lock_leases as id from jira_sync.lock_leases(
        \(id)::uuid, \(jobs.map(\.id))::bigint[], \(jobs.map(\.token))::bigint[])
      """, doing: "holding"
    ).rows.map { row in try row.get("id") }
  }

  @discardableResult
  func heartbeat(
    fallsAsleep: Bool = false, lookBack: Double? = nil, holding: [Int64]? = nil
  ) async throws -> PostgresRow {
    try await connection.query(
      """
      select * from jira_sync.heartbeat(
        \(id)::uuid, \(fallsAsleep)::boolean, make_interval(secs => \(lookBack)::float8),
        \(holding)::bigint[])
      """, doing: "a heartbeat"
    ).one
  }

  func rescue() async throws -> Int {
    try await connection.query(
      "select jira_sync.rescue(\(id)::uuid) as rescued", doing: "rescuing"
    ).one.get("rescued")
  }

  /// Makes the database believe that the last heartbeat was a while ago.
  func goSilent(for seconds: Double) async throws {
    _ = try await connection.query(
      """
      update jira_sync.workers set seen_at = clock_timestamp() - make_interval(secs => \(seconds)::float8)
      where incarnation = \(id)::uuid
      """, doing: "backdating a heartbeat")
  }

  /// Makes what the last heartbeat said hold for a quarter of an hour, however slow the machine is: that the worker lives
  /// and, if it had been away, that it has only just come back.
  func staysAsItIs() async throws {
    _ = try await connection.query(
      """
      update jira_sync.workers
      set
        seen_at = clock_timestamp() + interval '15 min',
        on_time_since = case
          when on_time_since > clock_timestamp() - interval '30 min' then clock_timestamp() + interval '15 min'
          else on_time_since
        end
      where incarnation = \(id)::uuid
      """, doing: "postdating a heartbeat")
  }

  /// Makes the database believe that no heartbeat was late for a while.
  func hasBeenInTouch(for seconds: Double) async throws {
    _ = try await connection.query(
      """
      update jira_sync.workers
      set on_time_since = clock_timestamp() - make_interval(secs => \(seconds)::float8)
      where incarnation = \(id)::uuid
      """, doing: "backdating the time in touch")
  }
}
