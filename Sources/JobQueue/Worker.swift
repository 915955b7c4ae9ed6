import FoundationEssentials
import Locks
import Logging
import Postgres

/// Claims jobs, runs them through their handlers, keeps their leases alive and rescues those of lost workers.
///
/// Two connections: one for statements, one that listens and carries the heartbeat, so that no lock that a statement waits
/// for can cost a lease. Decisions are made by `WakeUp`; this actor performs them.
public actor Worker {
  let configuration: PostgresConfiguration
  let handlers: [any JobHandler]
  let options: WorkerOptions
  let name: String
  let logger: Logger
  let store: JobStore
  /// What probes and metrics show.
  public nonisolated let vitals = WorkerVitals()
  let leases: Lock<LeaseClock>
  let observe: @Sendable (RunOutcome) -> Void
  let heard: @Sendable (String) async -> Void

  var wakeUp: WakeUp
  var runs: [Int: ActiveRun] = [:]
  var lastRunID = 0
  var trimmedAfterRun = 0
  var settling: Set<Int> = []
  var stopStage = StopStage.none
  var troubles = Troubles()
  var canListen = true
  var window = ClaimWindow()
  /// Heartbeats that scan all running jobs: every one while that is cheap, otherwise at most 2 % of the time.
  var fullHeartbeats = FullScans(every: .zero, everyAtLeast: .seconds(30), patience: 50)
  var wasNotified = false
  /// Decides when mass edits are put behind single ones, and when single ones are searched for beside them.
  var express = ExpressLane()
  private var isRegistered = false
  var rescueTimer: Task<Void, any Error>?
  var scheduleSleep: Task<Void, any Error>?
  var schedulesChanged = false
  private var inbox: [WorkerEvent] = []
  private var waiter: CheckedContinuation<Void, Never>?
  private var waitGeneration = 0

  /// How far a stop has come.
  enum StopStage: Comparable {
    case none
    case finishing
    case hurrying
  }

  /// A run that goes on.
  struct ActiveRun {
    let run: JobRun
    let task: Task<Void, Never>
    let deadline: Task<Void, any Error>
    let startedAt: ContinuousClock.Instant
    /// Whether it counts against the concurrency.
    let takesSlot: Bool
    /// Whether it was begun for single edits while mass work had all slots.
    let isBeside: Bool
    var deadlineHasPassed = false
  }

  /// Prepares a worker; nothing happens before `run`.
  ///
  /// - Parameters:
  ///   - database: where statements go; the worker closes it when it ends.
  ///   - handlers: what does the work; kinds that none of them names are left to other workers.
  ///   - options: how it behaves.
  ///   - incarnation: identifies this start of the worker; a lease is (incarnation, fencing token).
  ///   - name: the name in `jira_sync.workers`: host and process id.
  ///   - logger: where it logs.
  ///   - heard: called with notifications on the queue's channel that are not for the queue; with an empty text after
  ///     notifications may have been missed.
  ///   - observe: called for each run of a job that has ended.
  public init(
    database: PostgresClient, handlers: [any JobHandler],
    options: WorkerOptions = WorkerOptions(), incarnation: UUID = UUID(), name: String,
    logger: Logger, heard: @escaping @Sendable (String) async -> Void = { _ in },
    observe: @escaping @Sendable (RunOutcome) -> Void = { _ in }
  ) {
    configuration = database.configuration
    self.handlers = handlers
    self.options = options
    self.name = name
    self.logger = logger
    self.heard = heard
    self.observe = observe
    store = JobStore(incarnation: incarnation, database: database)
    leases = Lock(LeaseClock(lease: options.lease, now: .now))
    wakeUp = WakeUp(slots: options.concurrency, spacing: options.claimSpacing)
  }

  /// Works until it is stopped, or, where the options say so, until nothing is left to do.
  ///
  /// An unreachable database does not end it, unless it drains: then it gives up after `drainPatience`. Cancelling the
  /// task stops it as two calls of `stop` do.
  ///
  /// - Throws: `PostgresError` where the database cannot be reached while draining.
  /// - Returns: why it ended.
  public func run() async throws -> WorkerEnd {
    // A task of its own: what has to be written at the end must not be cancelled with the caller.
    let work = Task { try await self.work() }
    return try await withTaskCancellationHandler {
      try await work.value
    } onCancel: {
      Task {
        await self.stop()
        await self.stop()
      }
    }
  }

  private func work() async throws -> WorkerEnd {
    do { try await register() } catch {
      vitals.entered(.ended)
      await store.database.close()
      throw error
    }
    let connection = Task { await keepConnected() }
    let keeping = options.keepsSchedules ? Task { await keepSchedules() } : nil
    let end: Result<WorkerEnd, any Error>
    do { end = .success(try await loop()) } catch { end = .failure(error) }
    connection.cancel()
    keeping?.cancel()
    await connection.value
    await keeping?.value
    await unregister()
    logger.info("stopped")
    vitals.entered(.ended)
    return try end.get()
  }

  /// Stops: at the first call nothing more is claimed and running jobs may finish within the stop deadline; at the second
  /// they are given back at once.
  public func stop() {
    switch stopStage {
    case .none:
      stopStage = .finishing
      vitals.entered(.stopping)
      logger.info(
        runs.isEmpty
          ? "stopping" : "stopping: \(runs.count) runs may finish within \(options.stopDeadline)")
      Task { [options] in
        try await Task.sleep(for: options.stopDeadline)
        self.hurry()
      }
    case .finishing: hurry()
    case .hurrying: break
    }
    checkSchedules()
    post(.stopping)
  }

  /// Claims at once; to be called when a handler's `closedReason` has gone.
  public func nudge() {
    post(.notified)
  }

  private func hurry() {
    guard stopStage < .hurrying else { return }
    stopStage = .hurrying
    for id in runs.keys { end(run: id) }
    post(.stopping)
    Task { [store, options] in
      try await Task.sleep(for: options.leavePatience * 2)
      // A server that does not answer would delay the end. What it knows of this worker ends with its lease.
      await store.database.giveUpConnection()
    }
  }

  // MARK: - The loop

  /// How long a draining worker that has nothing to do waits before it asks again.
  private static let drainInterval = Duration.milliseconds(1_500)

  private func loop() async throws -> WorkerEnd {
    var closedSince: ContinuousClock.Instant?
    while true {
      vitals.turned(to: "handling what has happened")
      while !inbox.isEmpty { await handle(inbox.removeFirst()) }
      if stopStage > .none {
        if runs.isEmpty { return .stopped }
        await waitForEvent(until: nil)
        continue
      }
      let open = handlers.filter { $0.closedReason == nil }
      if options.drainsWithin != nil, let reason = handlers.lazy.compactMap(\.closedReason).first {
        let since = closedSince ?? .now
        closedSince = since
        if runs.isEmpty, .now - since >= options.drainPatience { return .closed(reason: reason) }
      } else {
        closedSince = nil
      }
      do {
        if let search = nextExpressSearch, search <= .now { try await claimSingleEdits(for: open) }
        switch wakeUp.next(now: .now) {
        case .claim(let lowestFirst):
          vitals.turned(to: "claiming jobs")
          try await claim(for: open, lowestFirst: lowestFirst)
        case .announceSleep:
          vitals.turned(to: "falling asleep")
          try await fallAsleep()
        case .rest(let until): await waitForEvent(until: until)
        case .wait(let until):
          if let end = try await drained(closed: closedSince != nil) { return end }
          let patience = closedSince.map { $0 + options.drainPatience }
          // A draining worker asks now and then, and so notices a database that does not answer.
          let next = options.drainsWithin.map { _ in ContinuousClock.now + Self.drainInterval }
          await waitForEvent(
            until: [until, patience, next, nextExpressSearch].compactMap(\.self).min())
        }
        troubles.ended("the database", logger: logger)
      } catch {
        try await waitAfterDatabaseError(error)
      }
    }
  }

  /// Whether a draining worker is at its end.
  private func drained(closed: Bool) async throws -> WorkerEnd? {
    guard let horizon = options.drainsWithin, runs.isEmpty, !closed else { return nil }
    let remaining = try await store.remaining(
      kinds: handlers.flatMap(\.kinds), within: horizon)
    if let reason = remaining.pauseReason, remaining.running == 0 { return .paused(reason: reason) }
    if remaining.isNothing { return .drained }
    return nil
  }

  /// Logs once what is wrong with the database, and waits; a draining worker gives up after its patience.
  private func waitAfterDatabaseError(_ error: any Error) async throws {
    vitals.failed(on: \.statements, error)
    let since = troubles.began("the database", error: error, logger: logger)
    if options.drainsWithin != nil, .now - since >= options.drainPatience { throw error }
    await waitForEvent(until: .now + .milliseconds(500))
  }

  func handle(_ event: WorkerEvent) async {
    switch event {
    case .notified:
      wasNotified = true
      wakeUp.notified()
    case .reconnected:
      window.reset()
      wakeUp.mayHaveMissedSignals()
      await heard("")
    case .timer: wakeUp.timerFired(now: .now)
    case .runEnded, .stopping: break
    case .cancelRequested: await askForCancelled()
    case .rescueDue: await rescue()
    case .heartbeat(let heartbeat): await handle(heartbeat)
    }
  }

  /// Runs a body that the next heartbeat repeats anyway; an error is logged and does not end the worker.
  func attempt(_ what: String, _ body: () async throws -> Void) async {
    do { try await body() } catch {
      logger.warning("\(what) failed, will be tried again: \(error)")
    }
  }

  // MARK: - Registration

  private func register() async throws {
    let since = ContinuousClock.now
    while stopStage == .none {
      do {
        try await announce()
        isRegistered = true
        vitals.answered(on: \.statements)
        try await store.maintain()
        vitals.entered(.working)
        troubles.ended("the database", logger: logger)
        return
      } catch let error as PostgresError where error.isHopeless {
        throw error
      } catch {
        vitals.failed(on: \.statements, error)
        _ = troubles.began("the database", error: error, logger: logger)
        if options.drainsWithin != nil, .now - since >= options.drainPatience { throw error }
        await waitForEvent(until: .now + .seconds(1))
        inbox.removeAll()
      }
    }
  }

  /// Makes the database know this worker.
  func announce() async throws {
    try await store.register(
      name: name, kinds: handlers.flatMap(\.kinds), slots: options.concurrency,
      lease: options.lease)
  }

  private func unregister() async {
    rescueTimer?.cancel()
    if isRegistered {
      let leaving = Task {
        do {
          try await store.unregister()
        } catch {
          logger.warning(
            "could not unregister; the leases end by themselves: \(error)")
        }
      }
      // A database that cannot be reached would delay the end.
      let patience = Task { [options] in
        try await Task.sleep(for: options.leavePatience)
        leaving.cancel()
        await store.database.giveUpConnection()
      }
      await leaving.value
      patience.cancel()
    }
    await store.database.close()
  }

  // MARK: - Events

  /// Gives the loop an event.
  func post(_ event: WorkerEvent) {
    inbox.append(event)
    waiter?.resume()
    waiter = nil
  }

  /// Waits until something happens; `timer` happens at the given time.
  private func waitForEvent(until deadline: ContinuousClock.Instant?) async {
    guard inbox.isEmpty else { return }
    waitGeneration += 1
    let generation = waitGeneration
    let timer = deadline.map { deadline in
      Task {
        try await Task.sleep(until: deadline, clock: .continuous)
        self.timerFired(generation: generation)
      }
    }
    await withCheckedContinuation { waiter = $0 }
    timer?.cancel()
  }

  private func timerFired(generation: Int) {
    guard generation == waitGeneration, waiter != nil else { return }
    post(.timer)
  }
}
