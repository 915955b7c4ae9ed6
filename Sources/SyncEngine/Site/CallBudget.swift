import FoundationEssentials
import JSON
import Jira
import Postgres
import SyncConfiguration

/// The budget of calls to JIRA that all processes share: gives each call its send slot, and tells all processes what JIRA has limited.
///
/// The budget is in the database. Calls that wait are asked for together, in one statement; who has nothing to send asks
/// nothing. A call gets one of the evenly spaced send slots; where that is not now, it asks again, when its slot has come,
/// whether JIRA has limited anybody meanwhile.
public actor CallBudget {
  /// The longest that a call waits for its send slot within a run; a longer wait returns the job to the queue.
  static let patience = Duration.seconds(15)
  /// A call that waited longer asks again before it is sent.
  private static let trusted = Duration.milliseconds(3)
  /// A call that is later than this for its send slot asks for another one, so that it does not meet the calls behind it.
  private static let mostLate = Duration.milliseconds(90)

  private let database: PostgresClient
  private var waiting: [Waiting] = []
  private var isAsking = false
  private var patient: [Waiting] = []
  private var isAskingForPatient = false

  private struct Waiting {
    let call: JiraCall
    let probes: Bool
    let since = ContinuousClock.now
    let answer: CheckedContinuation<Result<CallPermit, PostgresError>, Never>
  }

  /// Makes a budget.
  ///
  /// - Parameter database: where it is kept.
  public init(database: PostgresClient) {
    self.database = database
  }

  /// Waits for a call's send slot.
  ///
  /// - Parameters:
  ///   - call: the call that is about to go out.
  ///   - probes: whether it is made to find out if JIRA can be called: an open circuit does not keep it.
  /// - Throws: `JiraError` of kind `rateLimited` or `circuitOpen` where it must not go out now, and was not sent;
  ///   `PostgresError`; `CancellationError`.
  public func pass(_ call: JiraCall, probes: Bool = false) async throws {
    var isLate = false
    while true {
      let permit = try await permit(for: call, probes: probes).get()
      if let obstacle = permit.obstacle { throw obstacle.error(for: call) }
      let wait = permit.sendSlot - .now
      guard wait > Self.trusted else { return }
      try await Task.sleep(until: permit.sendSlot, clock: .continuous)
      if let obstacle = try await obstacle(for: call, generation: permit.generation, probes: probes)
      {
        if obstacle.scope == CallObstacle.anew { continue }
        throw obstacle.error(for: call)
      }
      // Once: a machine that is always late must get on, too.
      if !isLate, .now - permit.sendSlot > Self.mostLate {
        isLate = true
        continue
      }
      return
    }
  }

  /// JIRA has limited a call: no worker sends anything of that scope before the time is over.
  ///
  /// - Parameters:
  ///   - call: the call.
  ///   - error: what JIRA said.
  /// - Returns: for how long nothing is sent; nil where the error is of no limit.
  /// - Throws: `PostgresError`.
  @discardableResult
  public func note(_ call: JiraCall, limitedBy error: JiraError) async throws -> Duration? {
    guard let scope = CallObstacle.scope(of: error, for: call) else { return nil }
    // "At once", or a time that has passed by now, was no help to whoever was just refused.
    let told = error.retryAfter.flatMap { $0.delay < RetryAfter.shortest ? nil : $0 }
    let seconds = told.map { Double($0.milliseconds) / 1_000 }
    let said = error.rateLimitReason.map { "\(error) (\($0))" } ?? "\(error)"
    let row = try await database.query(
      "select jira_sync.record_limit(\(scope), \(seconds)::float8, \(said)) as wait",
      doing: "noting that JIRA has limited \(scope)"
    ).rows.first
    return try row.map { .seconds(try $0.get("wait", as: Double.self)) }
  }

  /// Makes the ceilings those of this process's configuration.
  ///
  /// - Parameter limits: the ceilings.
  /// - Throws: `PostgresError`.
  public func set(_ limits: SiteLimits) async throws {
    let endpoints = JSON.object(limits.endpoints.mapValues { .number(Decimal($0)) }).text
    _ = try await database.query(
      "select jira_sync.set_limits(\(limits.callsPerSecond)::float8, \(endpoints)::jsonb)",
      doing: "setting how fast JIRA may be called")
  }

  // MARK: - Asking

  private func permit(
    for call: JiraCall, probes: Bool
  ) async -> Result<CallPermit, PostgresError> {
    let isMass = CallPatience.isMass
    return await withCheckedContinuation { answer in
      guard !isMass else {
        patient.append(Waiting(call: call, probes: probes, answer: answer))
        guard !isAskingForPatient else { return }
        isAskingForPatient = true
        Task { await askForPatient() }
        return
      }
      waiting.append(Waiting(call: call, probes: probes, answer: answer))
      guard !isAsking else { return }
      isAsking = true
      Task { await ask() }
    }
  }

  /// Asks for all that wait, and again while more have come meanwhile.
  private func ask() async {
    while !waiting.isEmpty {
      let probes = waiting[0].probes
      let batch = waiting.prefix { $0.probes == probes }
      waiting.removeFirst(batch.count)
      do throws(PostgresError) {
        let permits = try await permits(for: batch.map(\.call), probes: probes)
        for (waiting, permit) in zip(batch, permits) {
          waiting.answer.resume(returning: .success(permit))
        }
      } catch {
        for waiting in batch { waiting.answer.resume(returning: .failure(error)) }
      }
    }
    isAsking = false
  }

  /// Asks for the calls of mass work, for as many slots as come soon; the others ask again when theirs come nearer.
  private func askForPatient() async {
    while !patient.isEmpty {
      let probes = patient[0].probes
      let batch = Array(patient.prefix { $0.probes == probes })
      patient.removeFirst(batch.count)
      var soonest: Duration?
      do throws(PostgresError) {
        let permits = try await permits(
          for: batch.map(\.call), probes: probes, patience: CallPatience.ahead)
        var later: [Waiting] = []
        for (waiting, permit) in zip(batch, permits) {
          if let obstacle = permit.obstacle, obstacle.isOfBudget,
            ContinuousClock.now - waiting.since < Self.patience
          {
            later.append(waiting)
            soonest = min(soonest ?? obstacle.wait, obstacle.wait)
          } else {
            waiting.answer.resume(returning: .success(permit))
          }
        }
        patient.insert(contentsOf: later, at: 0)
      } catch {
        for waiting in batch { waiting.answer.resume(returning: .failure(error)) }
      }
      if let soonest {
        // This task is never cancelled; a failure to sleep would only ask earlier.
        try? await Task.sleep(for: max(soonest - CallPatience.ahead, CallPatience.shortest))
      }
    }
    isAskingForPatient = false
  }

  private func permits(
    for calls: [JiraCall], probes: Bool, patience: Duration = CallBudget.patience
  ) async throws(PostgresError) -> [CallPermit] {
    let statement: SQL =
      """
      select wait, blocked_scope, blocked_reason, generation
      from jira_sync.take_send_slots(
        \(calls.map(\.endpoint))::text[], \(calls.map(\.issue))::text[],
        \(patience / .seconds(1))::float8, \(probes)::boolean)
      order by place
      """
    let result = try await database.query(
      statement.prepared(), doing: "asking when JIRA may be called")
    let answered = ContinuousClock.now
    guard result.rows.count == calls.count else {
      throw PostgresError(
        kind: .misuse, message: "\(calls.count) calls got \(result.rows.count) answers",
        doing: "asking when JIRA may be called")
    }
    var permits: [CallPermit] = []
    for row in result.rows {
      let wait: Double = try row.get("wait")
      permits.append(
        CallPermit(
          sendSlot: answered + .seconds(wait),
          generation: try row.get("generation", as: Int64?.self) ?? 0,
          obstacle: try CallObstacle(row)))
    }
    return permits
  }

  private func obstacle(
    for call: JiraCall, generation: Int64, probes: Bool
  ) async throws(PostgresError) -> CallObstacle? {
    let row = try await database.query(
      """
      select wait, blocked_scope, blocked_reason
      from jira_sync.send_obstacle(
        \(call.endpoint), \(call.issue), \(generation)::bigint, \(probes)::boolean)
      """, doing: "asking whether JIRA may still be called"
    ).rows.first
    return try row.flatMap { row throws(PostgresError) in try CallObstacle(row) }
  }
}

/// Whether the calls of a task are part of mass work, and let those of single edits go first.
enum CallPatience {
  @TaskLocal static var isMass = false

  /// How far ahead mass work takes send slots: a call of a single edit waits no longer than this behind them.
  static let ahead = Duration.milliseconds(250)
  /// How long mass work waits at least before it asks again.
  static let shortest = Duration.milliseconds(20)
}

/// What the budget says of a call.
struct CallPermit: Sendable {
  /// When it may go out.
  let sendSlot: ContinuousClock.Instant
  /// Of which count of blocks that is true.
  let generation: Int64
  /// Why it may not go out at all.
  let obstacle: CallObstacle?
}

extension Duration {
  /// The duration in seconds.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
