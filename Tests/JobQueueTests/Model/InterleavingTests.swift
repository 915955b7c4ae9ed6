import Postgres
import TestSupport
import Testing

/// Two claims of one key at once, in the orders that matter, and what happens where a piece of the protocol is missing.
@Suite(.requiresPostgres) struct InterleavingTests {
  private static let claim = "jira_sync.claim(uuid,text[],integer,boolean,boolean,interval,boolean)"
  private static let secondLook =
    "select r.id from jira_sync.jobs as r where r.state = 'running' and r.key = u.key"
  /// For a job that crashed, for those of priority 0, and for the others.
  private static let keyLock = "pg_try_advisory_xact_lock(1784835698, hashtext(s.key))"
  private static let keyLocks = 3

  /// A claim that picks its rows, is held up, and goes on when another claim of the same key has been committed.
  ///
  /// Answers how many leases of the key are live in the end. Where it sees only the past, the look after the locks is taken
  /// out.
  private func claimHeldUp(_ queue: Queue, seesOnlyThePast: Bool) async throws -> Int {
    if seesOnlyThePast {
      try await queue.breakFunction(
        Self.claim, replacing: Self.secondLook, with: Self.secondLook + " and false")
    }
    // Only who says so waits, between choosing a row and locking its key.
    try await queue.run(
      """
      create function public.gate() returns boolean language plpgsql as $$
      begin
        if current_setting('test.waits', true) = 'yes' then perform pg_advisory_xact_lock(99); end if;
        return true;
      end $$
      """)
    try await queue.breakFunction(
      Self.claim, replacing: Self.keyLock, with: "public.gate() and \(Self.keyLock)",
      times: Self.keyLocks)
    // The proof in the schema would hide what the claim does.
    try await queue.run("drop index jira_sync.jobs_running_key")
    let held = try await Claimer.join(queue.database)
    let quick = try await Claimer.join(queue.database)
    try await queue.noop(key: "a")
    try await held.connection.script("set test.waits = 'yes'", doing: "making a claim wait")

    let gate = try await queue.database.connect()
    _ = try await gate.query("select pg_advisory_lock(99)", doing: "closing the gate")
    async let late = held.claim()
    try await queue.connection.waitUntil(
      """
      select exists (
        select from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())) as met
      """,
      doing: "waiting until the claim waits")
    try await queue.noop(key: "a")
    let early = try await quick.claim()
    await gate.close()
    return early.count + (try await late.count)
  }

  @Test func aClaimThatWasHeldUpSeesWhatHappenedMeanwhile() async throws {
    try await Queue.with { queue in
      let leases = try await claimHeldUp(queue, seesOnlyThePast: false)
      #expect(leases == 1)
    }
  }

  @Test func withoutTheSecondLookThereWouldBeTwoLeases() async throws {
    try await Queue.with { queue in
      let leases = try await claimHeldUp(queue, seesOnlyThePast: true)
      #expect(leases == 2)
    }
  }

  /// A claim while another one of the same key is not committed yet.
  private func claimBeside(_ queue: Queue, locksKeys: Bool) async throws -> Int {
    if !locksKeys {
      try await queue.breakFunction(
        Self.claim, replacing: Self.keyLock, with: "true", times: Self.keyLocks)
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

  @Test func aKeyIsClaimedByOneAtATime() async throws {
    try await Queue.with { queue in
      let leases = try await claimBeside(queue, locksKeys: true)
      #expect(leases == 1)
    }
  }

  @Test func withoutTheLockOnTheKeyThereWouldBeTwoLeases() async throws {
    try await Queue.with { queue in
      let leases = try await claimBeside(queue, locksKeys: false)
      #expect(leases == 2)
    }
  }
}
