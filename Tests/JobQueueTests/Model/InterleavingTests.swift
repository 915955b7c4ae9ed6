import Locks
import Postgres
import TestSupport
import Testing

/// Two claims of one key at once, in the orders that matter, and what happens where a piece of the protocol is missing.
@Suite(.requiresPostgres) struct InterleavingTests {
  private static let claim = "jira_sync.claim(uuid,text[],integer,boolean,boolean,interval)"
  private static let secondLook =
    "select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = u.key"
  private static let merge = "jira_sync.merge_jobs(bigint[],text[])"
  /// Whether all waiting jobs of a key could be locked.
  private static let comparison =
    "v.jobs = t.jobs"

  /// A claim that picks a job beside another claim of the same key, is held up, and goes on when that has been committed.
  ///
  /// Answers how many leases of the key are live in the end. Where it sees only the past, the look after the locks is taken
  /// out.
  private func claimHeldUp(_ queue: Queue, seesOnlyThePast: Bool) async throws -> Int {
    if seesOnlyThePast {
      try await queue.breakFunction(
        Self.claim, replacing: Self.secondLook, with: Self.secondLook + " and false")
    }
    // Only who says so waits, between choosing a job and looking whether its key runs.
    try await queue.run(
      """
      create function public.gate() returns boolean language plpgsql as $$
      begin
        if current_setting('test.waits', true) = 'yes' then perform pg_advisory_xact_lock(99); end if;
        return true;
      end $$
      """)
    try await queue.breakFunction(
      Self.claim, replacing: "chosen := cardinality(ids);",
      with: "perform public.gate(); chosen := cardinality(ids);")
    // The proof in the schema would hide what the claim does.
    try await queue.run("drop index jira_sync.jobs_running_key")
    let held = try await Claimer.join(queue.database)
    let quick = try await Claimer.join(queue.database)
    try await queue.noop(key: "a")
    try await held.connection.script("set test.waits = 'yes'", doing: "making a claim wait")

    let gate = try await queue.database.connect()
    _ = try await gate.query("select pg_advisory_lock(99)", doing: "closing the gate")
    let early = Lock(0)
    async let late = quick.connection.transaction(doing: "claiming slowly") { transaction in
      let claimed = try await transaction.query(quick.claiming(), doing: "claiming")
      early.withLock { $0 = claimed.rows.count }
      try await queue.noop(key: "a")
      let late = Task { try await held.claim().count }
      try await queue.connection.waitUntil(
        """
        select exists (
          select from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())) as met
        """,
        doing: "waiting until the claim waits")
      return late
    }
    let waiting = try await late
    await gate.close()
    return early.withLock { $0 } + (try await waiting.value)
  }

  @Test func `a claim that was held up sees what happened meanwhile`() async throws {
    try await Queue.with { queue in
      let leases = try await claimHeldUp(queue, seesOnlyThePast: false)
      #expect(leases == 1)
    }
  }

  @Test func `without the second look there would be two leases`() async throws {
    try await Queue.with { queue in
      let leases = try await claimHeldUp(queue, seesOnlyThePast: true)
      #expect(leases == 2)
    }
  }

  /// A claim while another one of the same key is not committed yet.
  private func claimBeside(_ queue: Queue, comparesJobs: Bool) async throws -> Int {
    if !comparesJobs {
      try await queue.breakFunction(Self.merge, replacing: Self.comparison, with: "true")
    }
    try await queue.run("drop index jira_sync.jobs_running_key")
    let first = try await Claimer.join(queue.database)
    let second = try await Claimer.join(queue.database)
    try await queue.noop(key: "a")
    return try await first.connection.transaction(doing: "claiming slowly") { transaction in
      let one = try await transaction.query(first.claiming(), doing: "claiming").rows.count
      try await queue.noop(key: "a")
      return one + (try await second.claim().count)
    }
  }

  @Test func `a key is claimed by one at a time`() async throws {
    try await Queue.with { queue in
      let leases = try await claimBeside(queue, comparesJobs: true)
      #expect(leases == 1)
    }
  }

  @Test func `without the comparison with locked jobs there would be two leases`() async throws {
    try await Queue.with { queue in
      let leases = try await claimBeside(queue, comparesJobs: false)
      #expect(leases == 2)
    }
  }
}
