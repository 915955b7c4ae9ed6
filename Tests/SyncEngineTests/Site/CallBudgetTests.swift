import Jira
import Locks
import Postgres
import SyncConfiguration
import SyncEngine
import TestSupport
import Testing

/// The budget of calls that all workers share, each test with a database of its own and as many processes as it says.
@Suite("The budget of calls", .requiresPostgres)
struct CallBudgetTests {
  private let read = JiraCall(
    method: "GET", endpoint: "GET /issue/{id}", isWrite: false, issue: "1")
  private let other = JiraCall(
    method: "GET", endpoint: "GET /issue/{id}", isWrite: false, issue: "2")
  private let create = JiraCall(method: "POST", endpoint: "POST /issue", isWrite: true)

  private func limit(
    _ status: Int = 429, seconds: Double? = nil, reason: String? = nil
  ) -> JiraError {
    JiraError(
      kind: status == 429 ? .rateLimited : .unavailable, status: status,
      endpoint: "GET /issue/{id}",
      retryAfter: seconds.map { RetryAfter(milliseconds: Int64($0 * 1_000), source: .seconds) },
      rateLimitReason: reason)
  }

  /// Caught: calls that are refused and sent again at once, for ever, at the full rate.
  @Test
  func `A limit that ends at once is one without a time: nothing is sent for a while`() async throws
  {
    try await with { budgets, _ in
      let wait = try await budgets[0].note(read, limitedBy: limit(seconds: 0))
      #expect(try #require(wait) > .seconds(1))
    }
  }

  private func failure(_ body: () async throws -> Void) async throws -> JiraError? {
    do {
      try await body()
      return nil
    } catch let error as JiraError {
      return error
    }
  }

  /// Runs something with some processes' budgets on one database.
  private func with(
    _ count: Int = 1, _ body: ([CallBudget], PostgresConnection) async throws -> Void
  ) async throws {
    try await withDatabase { database in
      let clients = try (0..<count).map { _ in PostgresClient(try database.configuration) }
      let sql = try await database.connect()
      try await body(clients.map { CallBudget(database: $0) }, sql)
      for client in clients { await client.close() }
      await sql.close()
    }
  }

  /// Catches a bucket that saves up tokens: after a silence it lets twice as many through.
  ///
  /// Tried with one that begins a second behind, and with one that goes on from where it stood: 39 and 47 calls in a second, in each of six attempts.
  @Test
  func `Sixteen processes at once: in no second more than the rate and one, and most of it used`()
    async throws
  {
    try await with(16) { budgets, sql in
      try await budgets[0].set(SiteLimits(callsPerSecond: 20))
      // A machine that has no time for us leaves moments unused, and wakes a call so late that it falls together with the
      // next: calls that went out later than that say nothing of the budget.
      var used = 0.0
      var busiest = Int.max
      var late = Duration.zero
      try await budgets[0].pass(read)
      for _ in 0..<6 where used < 17 || busiest > 21 {
        // The silence in which a bucket would fill.
        try await Task.sleep(for: .seconds(1.5))
        async let lateness = lateness(of: sql, for: .seconds(3))
        let sent = try await send(with: budgets, for: .seconds(3))
        busiest = try #require(
          sent.indices.map { first in
            sent[first...].prefix { $0 - sent[first] < .seconds(1) }.count
          }.max())
        late = try await lateness
        #expect(busiest <= 21 || late > .milliseconds(50))
        let first = try #require(sent.first)
        let last = try #require(sent.last)
        used = Double(sent.count - 1) / ((last - first) / .seconds(1))
      }
      // A machine that was late in all six attempts shows nothing of the last one.
      #expect((busiest <= 21 && used >= 17) || late > .milliseconds(50))
      let counted: Int = try await sql.query(
        "select calls_today from jira_sync.rate_limits where scope = 'site'", doing: "counting"
      ).one.get("calls_today")
      #expect(counted >= 51 || late > .milliseconds(50))
    }
  }

  /// The longest delay of a task that sleeps until a time and then asks the database.
  private func lateness(
    of sql: PostgresConnection, for time: Duration
  ) async throws -> Duration {
    var worst = Duration.zero
    let end = ContinuousClock.now + time
    while ContinuousClock.now < end {
      let time = ContinuousClock.now + .milliseconds(10)
      try await Task.sleep(until: time, clock: .continuous)
      _ = try await sql.query("select", doing: "waking up")
      worst = max(worst, .now - time)
    }
    return worst
  }

  /// Lets each process send as fast as it may, and answers when calls went out.
  private func send(
    with budgets: [CallBudget], for time: Duration
  ) async throws -> [ContinuousClock.Instant] {
    let moments = Lock<[ContinuousClock.Instant]>([])
    let end = ContinuousClock.now + time
    try await withThrowingTaskGroup(of: Void.self) { group in
      for budget in budgets {
        group.addTask {
          while ContinuousClock.now < end {
            try await budget.pass(read)
            moments.withLock { $0.append(.now) }
          }
        }
      }
      try await group.waitForAll()
    }
    return moments.withLock { $0.sorted() }
  }

  @Test
  func `Without a ceiling nobody waits, and what JIRA says still holds`() async throws {
    try await with { budgets, _ in
      // With what held before, a hundred calls would take as many seconds.
      try await budgets[0].set(SiteLimits(callsPerSecond: 1))
      try await budgets[0].set(.none)
      let start = ContinuousClock.now
      for _ in 0..<100 { try await budgets[0].pass(read) }
      #expect(ContinuousClock.now - start < .seconds(90))
      try await budgets[0].note(read, limitedBy: limit(seconds: 3_600))
      #expect(try await failure { try await budgets[0].pass(create) }?.kind == .rateLimited)
    }
  }

  /// Catches a worker that goes on with moments that it was given before the block.
  @Test
  func
    `A refusal stops all calls at once, also those that had a send slot, and no burst follows it`()
    async throws
  {
    try await with(4) { budgets, _ in
      try await budgets[0].set(SiteLimits(callsPerSecond: 20))
      let moments = Lock<[ContinuousClock.Instant]>([])
      let told = Lock<(asked: ContinuousClock.Instant, answered: ContinuousClock.Instant)?>(nil)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for budget in budgets {
          for _ in 0..<10 {
            group.addTask {
              while true {
                do {
                  try await budget.pass(read)
                  break
                } catch let error as JiraError {
                  let wait = try #require(error.retryAfter?.delay)
                  #expect(wait <= .seconds(7))
                  try await Task.sleep(for: wait)
                }
              }
              moments.withLock { $0.append(.now) }
            }
          }
        }
        try await Task.sleep(for: .milliseconds(300))
        let asked = ContinuousClock.now
        try await budgets[3].note(read, limitedBy: limit(seconds: 5))
        told.withLock { $0 = (asked, .now) }
        try await group.waitForAll()
      }
      let (asked, answered) = try #require(told.withLock { $0 })
      let sent = moments.withLock { $0.sorted() }
      #expect(sent.count == 40)
      // A call that passed just before may be noted late. All forty would have gone out within two seconds.
      let over = asked + .milliseconds(4_900)
      #expect(sent.filter { $0 > answered + .seconds(1) && $0 < over } == [])
      // Those that are left need their time; in a burst they would have come all at once.
      let after = sent.filter { $0 >= over }
      let last = try #require(after.last)
      #expect(last - over >= .milliseconds(50) * (after.count - 2))
    }
  }

  @Test
  func `A limit of an issue or of an endpoint keeps that one, and nothing else`() async throws {
    try await with { budgets, sql in
      let budget = budgets[0]
      try await budget.set(.none)
      try await budget.note(
        read, limitedBy: limit(seconds: 3_600, reason: "jira-per-issue-on-write"))
      let error = try #require(try await failure { try await budget.pass(read) })
      #expect(error.kind == .rateLimited)
      #expect(error.mayHaveBeenReceived == false)
      #expect(try #require(error.retryAfter?.milliseconds) > 1_800_000)
      #expect("\(error)".contains("issue:1"))
      try await budget.pass(other)
      try await budget.pass(create)
      try await budget.note(create, limitedBy: limit(seconds: 3_600, reason: "jira-burst-based"))
      #expect(try await failure { try await budget.pass(create) }?.kind == .rateLimited)
      try await budget.pass(other)
      let scopes = try await sql.query(
        "select scope from jira_sync.rate_limits where blocked_until > now() order by scope",
        doing: "reading"
      ).rows.map { try $0.get("scope", as: String.self) }
      #expect(scopes == ["endpoint:POST /issue", "issue:1"])
    }
  }

  @Test
  func `Refusals without a time: 2 s, doubled up to 30 s, each varied; calls under way count once`()
    async throws
  {
    try await with { budgets, sql in
      for expected in [2.0, 4, 8, 16, 30, 30] {
        let wait = try #require(try await budgets[0].note(read, limitedBy: limit())) / .seconds(1)
        #expect((expected * 0.69...expected * 1.31).contains(wait))
        // Another one that was under way, however late it is.
        _ = try await sql.query(
          "update jira_sync.rate_limits set blocked_until = now() + interval '1 hour'",
          doing: "stopping the clock")
        try await budgets[0].note(read, limitedBy: limit())
        _ = try await sql.query(
          "update jira_sync.rate_limits set blocked_until = now() - interval '1 s'",
          doing: "waiting")
      }
      #expect(try await budgets[0].note(read, limitedBy: limit(503)) == nil, "a 503 without a time")
      #expect(try await budgets[0].note(read, limitedBy: limit(503, seconds: 5)) != nil)
    }
  }

  @Test
  func `What would wait too long goes back to the queue, with the time at which there is room`()
    async throws
  {
    try await with { budgets, sql in
      try await budgets[0].set(SiteLimits(callsPerSecond: 1))
      _ = try await sql.query(
        "update jira_sync.rate_limits set next_at = clock_timestamp() + interval '1 hour'",
        doing: "using the budget up")
      let error = try #require(try await failure { try await budgets[0].pass(read) })
      #expect(error.kind == .rateLimited)
      #expect(try #require(error.retryAfter?.milliseconds) > 1_800_000)
    }
  }

  @Test
  func
    `An endpoint's own ceiling holds beside the site's, and goes when the file no longer has it`()
    async throws
  {
    try await with { budgets, sql in
      try await budgets[0].set(SiteLimits(callsPerSecond: nil, endpoints: ["POST /issue": 10]))
      let start = ContinuousClock.now
      for _ in 0..<4 { try await budgets[0].pass(create) }
      #expect(ContinuousClock.now - start >= .milliseconds(290))
      try await budgets[0].set(.none)
      let rate = try await sql.query(
        "select rate from jira_sync.rate_limits where scope = 'endpoint:POST /issue'",
        doing: "reading"
      ).one
      #expect(try rate.get("rate", as: Double?.self) == nil)
    }
  }

  @Test
  func `While the circuit is open nothing goes out but probes`() async throws {
    try await with { budgets, sql in
      _ = try await sql.query(
        """
        select jira_sync.report_circuit_failure(
          gen_random_uuid(), 'a:1', 'abc', 'credentials', '401', 'Renew the token.')
        """, doing: "opening the circuit")
      let error = try #require(try await failure { try await budgets[0].pass(read) })
      #expect(error.kind == .circuitOpen)
      #expect("\(error)".contains("401"))
      try await budgets[0].pass(read, probes: true)
    }
  }
}
