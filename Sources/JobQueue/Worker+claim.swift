import Locks
import Postgres

extension Worker {
  /// How many jobs are claimed at once.
  ///
  /// A claim holds a lock for each key until it commits, and those of all workers come out of one table, which the locks of everybody else's transactions are in as well (Postgres manual, `max_locks_per_transaction`). While one claim is read and begins to run, the next one is made.
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
    let sentAt = ContinuousClock.now
    let lookBack = window.lookBack(now: sentAt)
    guard
      let claim = try await claim(kinds: kinds, lowestFirst: lowestFirst, lookBack: lookBack)
    else { return }
    vitals.answered(on: \.statements)
    let jobs = claim.jobs
    let isEmpty = jobs.isEmpty && claim.unreadable.isEmpty
    window.claimed(
      sentAt: sentAt, lookBack: lookBack, isShort: claim.isShort, took: .now - sentAt)
    if isEmpty, lookBack != nil, wasNotified {
      // Somebody said that there is work: it came from a transaction that took longer than the margin, or waited for a run of
      // its key. What is not `claimed` has to be claimed again.
      if window.looksAgain() {
        wakeUp.claimFailed()
        return
      }
    } else {
      wasNotified = false
    }
    guard stopStage == .none else {
      // Stopped while the claim was under way: a run that begins now would not be told to end.
      await giveUp((jobs + claim.unreadable).map { ($0, .returned) })
      return
    }
    // A claim that found something has renewed them, unless that was done within the last second.
    if !jobs.isEmpty { leases.withLock { $0.renewed(sentAt: sentAt - .seconds(1)) } }
    var started = 0
    var beside = 0
    for handler in open {
      let batch = jobs.filter { handler.kinds.contains($0.kind) }
      for start in stride(from: 0, to: batch.count, by: handler.maximumBatch) {
        let end = min(start + handler.maximumBatch, batch.count)
        if begin(Array(batch[start..<end]), handler: handler) { started += 1 } else { beside += 1 }
      }
    }
    wakeUp.claimed(
      runs: started, alone: claim.isAlone, isFull: claim.isFull, lingers: window.isDear,
      now: sentAt)
    // The claim has told the database that this worker is awake.
    if beside > 0 || (started == 0 && !isEmpty) { wakeUp.lostTouch() }
    // Merging can make a kind that nobody here handles.
    let strangers = jobs.filter { !kinds.contains($0.kind) }
    await giveUp(
      claim.unreadable.map {
        ($0, .dead("its args hold what cannot be read, such as a number of too many digits"))
      }
        + strangers.map {
          ($0, .postponed("this worker handles no jobs of kind \($0.kind)", after: .zero))
        })
  }

  /// Sends the claim; nil where the database had forgotten this worker, which it knows again now.
  private func claim(
    kinds: [String], lowestFirst: Bool, lookBack: Duration?
  ) async throws -> JobStore.Claim? {
    let free = options.concurrency - wakeUp.running
    do {
      return try await store.claim(
        kinds: kinds,
        unread: Set(handlers.filter { !$0.readsArguments }.flatMap(\.kinds)),
        limit: min(free * 100, Self.mostAtOnce), holdsNothing: wakeUp.holdsNothing,
        lowestFirst: lowestFirst, lookBack: lookBack)
    } catch {
      wakeUp.claimFailed()
      // It may have been committed, and only its answer be lost.
      fullHeartbeats.reset()
      // object_not_in_prerequisite_state (Postgres manual, appendix A): what claim() says then.
      guard (error as? PostgresError)?.sqlState == "55000" else { throw error }
      try await announce()
      wakeUp.lostTouch()
      return nil
    }
  }

  /// Settles jobs that no run was begun for; what fails here is given back after the next heartbeat.
  private func giveUp(_ settlements: [(job: Job, as: Settlement)]) async {
    guard !settlements.isEmpty else { return }
    await attempt("settling jobs that were not begun") {
      _ = try await self.store.database.query(
        self.store.settling(settlements), doing: "settling jobs that were not begun")
    }
  }

  /// Tells the database that this worker wants to be woken, and learns what is due when.
  func fallAsleep() async throws {
    let sentAt = ContinuousClock.now
    let result = try await store.database.query(
      store.heartbeat(
        fallsAsleep: true, lookBack: window.lookBack(now: sentAt), holding: held.map(\.id)),
      doing: "falling asleep")
    vitals.answered(on: \.statements)
    guard let row = result.rows.first else { return }
    let heartbeat = try Heartbeat(row: row, isWhole: false)
    if heartbeat.known { leases.withLock { $0.renewed(sentAt: sentAt) } }
    await handle(.heartbeat(heartbeat))
    // One that is not known does not sleep either.
    guard heartbeat.known else { return }
    wakeUp.announced(dueNow: heartbeat.dueNow, nextDueIn: heartbeat.dueIn, now: .now)
  }
}
