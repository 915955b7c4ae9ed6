import Locks
import Postgres

extension Worker {
  /// How many jobs are claimed at once.
  ///
  /// A claim locks each key until it commits, and the lock table is shared with all other transactions (Postgres manual,
  /// `max_locks_per_transaction`). While the jobs of one claim begin to run, the next claim is sent.
  private static let mostAtOnce = 200

  /// Takes what is due and begins to run it.
  ///
  /// - Parameters:
  ///   - open: the handlers that can work at the moment.
  ///   - lowestFirst: whether the lowest priority goes first this time.
  /// - Throws: `PostgresError`.
  func claim(for open: [any JobHandler], lowestFirst: Bool) async throws {
    let kinds = open.flatMap(\.kinds)
    guard !kinds.isEmpty else {
      wakeUp.claimed(runs: 0, alone: false, now: .now)
      return
    }
    if express.isDeferringDue(now: .now) { try await deferMassEdits() }
    let sentAt = ContinuousClock.now
    let lookBack = window.lookBack(now: sentAt)
    let free = options.concurrency - wakeUp.running
    guard
      let claim = try await claim(
        kinds: kinds, limit: min(free * 100, Self.mostAtOnce), lowestFirst: lowestFirst,
        lookBack: lookBack)
    else { return }
    express.claimed(isFull: claim.isFull)
    vitals.answered(on: \.statements)
    let jobs = claim.jobs
    let isEmpty = jobs.isEmpty && claim.unreadable.isEmpty
    window.claimed(
      sentAt: sentAt, lookBack: lookBack, isShort: claim.isShort, took: .now - sentAt)
    if isEmpty, lookBack != nil, wasNotified {
      // The worker was notified: the job came from a transaction that took longer than the margin, or waited for a run of its
      // key. The claim has to be repeated.
      if window.scansAgain() {
        wakeUp.claimFailed()
        return
      }
    } else {
      wasNotified = false
    }
    guard stopStage == .none else {
      // Stopped during the claim: a run that begins now would not learn that it has to end.
      await giveUp((jobs + claim.unreadable).map { ($0, .returned) })
      return
    }
    let begun = begin(claim, sentAt: sentAt, for: open)
    wakeUp.claimed(
      runs: begun.started, alone: claim.isAlone, isFull: claim.isFull,
      delaysSleep: window.isExpensive,
      now: sentAt)
    // The claim has told the database that this worker is awake.
    if begun.withoutSlot > 0 || (begun.started == 0 && !isEmpty) { wakeUp.mayHaveMissedSignals() }
    await giveUp(begun.rest)
  }

  /// What became of the jobs of a claim.
  private struct Begun {
    /// How many runs were begun that take a slot.
    var started = 0
    /// How many were begun beside these, without a slot.
    var withoutSlot = 0
    /// The jobs for which nothing could be begun.
    var rest: [(job: Job, as: Settlement)] = []
  }

  /// Begins to run what a claim brought.
  private func begin(
    _ claim: JobStore.Claim, sentAt: ContinuousClock.Instant, for open: [any JobHandler],
    besideOthers: Bool = false
  ) -> Begun {
    let jobs = claim.jobs
    // A claim that found jobs has renewed the leases, unless that was done within the last second.
    if !jobs.isEmpty { leases.withLock { $0.renewed(sentAt: sentAt - .seconds(1)) } }
    var begun = Begun()
    for handler in open {
      let own = jobs.filter { handler.kinds.contains($0.kind) }
      for batch in JobBatch.batches(of: own, largest: handler.maximumBatch) {
        if begin(batch, handler: handler, beside: besideOthers) {
          begun.started += 1
        } else {
          begun.withoutSlot += 1
        }
      }
    }
    // Merging can make a kind that this worker does not handle.
    let unknown = jobs.filter { job in !open.contains { $0.kinds.contains(job.kind) } }
    begun.rest =
      claim.unreadable.map {
        ($0, .dead("its args hold what cannot be read, such as a number of too many digits"))
      }
      + unknown.map {
        ($0, .postponed("this worker handles no jobs of kind \($0.kind)", after: .zero))
      }
    return begun
  }

  // MARK: - Single edits beside mass work

  /// When to search for single edits although no slot is free.
  var nextExpressSearch: ContinuousClock.Instant? {
    guard stopStage == .none, !wakeUp.isAlone else { return nil }
    return express.nextSearch(
      hasFreeSlot: wakeUp.running < options.concurrency,
      massRuns: runs.values.count { $0.run.isMass },
      runsBeside: runs.values.count(where: \.isBeside),
      now: .now)
  }

  /// Takes single edits and runs them beside the mass work that has all slots.
  func claimSingleEdits(for open: [any JobHandler]) async throws {
    express.searches(now: .now)
    let kinds = open.flatMap(\.kinds)
    guard !kinds.isEmpty else { return }
    vitals.turned(to: "claiming single edits")
    try await deferMassEdits()
    let sentAt = ContinuousClock.now
    guard
      let claim = try await claim(
        kinds: kinds, limit: ExpressLane.limit, lowestFirst: nil, lookBack: ExpressLane.lookBack)
    else { return }
    vitals.answered(on: \.statements)
    guard stopStage == .none else {
      await giveUp((claim.jobs + claim.unreadable).map { ($0, .returned) })
      return
    }
    let begun = begin(claim, sentAt: sentAt, for: open, besideOthers: true)
    if !claim.jobs.isEmpty || !claim.unreadable.isEmpty { wakeUp.mayHaveMissedSignals() }
    await giveUp(begun.rest)
  }

  /// Puts mass edits behind single ones, all that wait.
  private func deferMassEdits() async throws {
    express.deferred(now: .now)
    // Where a call moved about as many as it can, more may wait. After four calls the rest waits for half a second.
    for _ in 0..<4 where try await store.deferMassEdits() < 4_000 { return }
  }

  /// Sends the claim; nil where the database had forgotten this worker, which it knows again now.
  private func claim(
    kinds: [String], limit: Int, lowestFirst: Bool?, lookBack: Duration?
  ) async throws -> JobStore.Claim? {
    do {
      return try await store.claim(
        kinds: kinds,
        unread: Set(handlers.filter { !$0.readsArguments }.flatMap(\.kinds)),
        limit: limit, hasNoRuns: wakeUp.hasNoRuns,
        lowestFirst: lowestFirst, lookBack: lookBack)
    } catch {
      wakeUp.claimFailed()
      // The claim may be committed, and only its answer lost.
      fullHeartbeats.reset()
      // object_not_in_prerequisite_state (Postgres manual, appendix A): what claim() says then.
      guard (error as? PostgresError)?.sqlState == "55000" else { throw error }
      try await announce()
      wakeUp.mayHaveMissedSignals()
      return nil
    }
  }

  /// Settles jobs for which no run was begun.
  ///
  /// Where that fails, the next heartbeat returns them.
  private func giveUp(_ settlements: [(job: Job, as: Settlement)]) async {
    guard !settlements.isEmpty else { return }
    await attempt("settling jobs that were not begun") {
      _ = try await self.store.database.query(
        self.store.settling(settlements), doing: "settling jobs that were not begun")
    }
  }

  /// Tells the database that this worker wants to be woken, and learns when the next job is due.
  func fallAsleep() async throws {
    let sentAt = ContinuousClock.now
    let result = try await store.database.query(
      store.heartbeat(
        fallsAsleep: true, lookBack: window.lookBack(now: sentAt), holding: runningJobs.map(\.id)),
      doing: "falling asleep")
    vitals.answered(on: \.statements)
    guard let row = result.rows.first else { return }
    let heartbeat = try Heartbeat(row: row, isWhole: false)
    if heartbeat.known { leases.withLock { $0.renewed(sentAt: sentAt) } }
    await handle(.heartbeat(heartbeat))
    // If the database has forgotten this worker, it is not asleep.
    guard heartbeat.known else { return }
    wakeUp.announced(dueNow: heartbeat.dueNow, nextDueIn: heartbeat.dueIn, now: .now)
  }
}
