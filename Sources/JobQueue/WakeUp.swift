/// Decides when a worker claims, announces that it sleeps, and waits; without any I/O.
///
/// A NOTIFY is sent only when a worker sleeps, and is only a hint. So a worker that found nothing announces its sleep and
/// claims once more. A writer may have read the workers just before the announcement, and may commit just after that claim:
/// three quick repeated claims find its job. Later there is a timer for the next due job, and the heartbeat.
///
/// Falling asleep and waking up are two writes of the worker's row, which leave dead rows while vacuum is blocked. Then a
/// worker that had work until now claims a few times more, with pauses, before it announces its sleep.
struct WakeUp: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// What the worker does next.
  enum Action: Sendable, Hashable {
    case claim(lowestFirst: Bool)
    case announceSleep
    /// There may be work, but claims are spaced: one claim takes what arrives until then.
    case rest(until: Instant)
    case wait(until: Instant?)
  }

  /// When, after falling asleep, the worker claims again, in case a notification was lost.
  static let repolls: [Duration] = [.milliseconds(100), .milliseconds(500), .seconds(2)]
  /// How many extra claims follow after work, where sleep is delayed.
  static let extraClaims = 3
  /// Every tenth claim takes the lowest priority first, so that it never starves.
  static let fairness = 10

  /// How many runs may go on at a time.
  let slots: Int
  /// The pause between claims while work keeps coming, after a claim that took everything.
  ///
  /// A claim and the settlement after it cost about the same for one job as for fifty. So the first job after a silence is
  /// taken at once, and those that arrive right after it are taken together.
  let spacing: Duration
  /// How many runs go on.
  private(set) var running = 0
  /// Whether the job that runs must have the worker to itself.
  private(set) var isAlone = false
  /// Whether the database knows that this worker sleeps.
  private(set) var isAsleep = false
  /// Whether a job may have come that is due earlier than the timer knows.
  private var mayBeDueEarlier = false
  /// Whether there may be something to claim.
  private var mayFindWork = true
  private var asleepSince: Instant?
  private var repollsDone = 0
  private var nextDue: Instant?
  private var notBefore: Instant?
  private var extraClaimsLeft = 0
  private var claims = 0

  init(slots: Int, spacing: Duration = .zero) {
    self.slots = slots
    self.spacing = spacing
  }

  /// Whether nothing runs.
  var hasNoRuns: Bool { running == 0 }

  /// What to do now.
  ///
  /// The answer to a claim is reported with `claimed` or `claimFailed`. The claim may not have seen what happens before its
  /// answer, so that leads to another claim.
  ///
  /// - Parameter now: the time.
  /// - Returns: what to do.
  mutating func next(now: Instant) -> Action {
    guard running < slots, !isAlone else { return .wait(until: nil) }
    if mayFindWork {
      if let notBefore, now < notBefore { return .rest(until: notBefore) }
      mayFindWork = false
      return .claim(lowestFirst: claims % Self.fairness == Self.fairness - 1)
    }
    if !isAsleep || mayBeDueEarlier { return .announceSleep }
    return .wait(until: earliestTimer)
  }

  /// A claim came back.
  ///
  /// - Parameters:
  ///   - runs: how many runs it started.
  ///   - alone: whether its job wants to be alone.
  ///   - isFull: whether it took as much as it asked for, so that there may be more.
  ///   - delaysSleep: whether sleep is delayed after this work.
  ///   - now: the time.
  mutating func claimed(
    runs: Int, alone: Bool, isFull: Bool = false, delaysSleep: Bool = false, now: Instant
  ) {
    claims += 1
    running += runs
    notBefore = nil
    // Without a run there is no end to wait for.
    if alone, runs > 0 { isAlone = true }
    if runs > 0 {
      if !isFull { notBefore = now + spacing }
      extraClaimsLeft = delaysSleep ? Self.extraClaims : 0
      mayFindWork = true
      isAsleep = false
      asleepSince = nil
    } else if extraClaimsLeft > 0 {
      extraClaimsLeft -= 1
      mayFindWork = true
      notBefore = now + spacing
    } else if isAsleep, asleepSince == nil {
      asleepSince = now
    }
  }

  /// The result of a claim is unknown.
  mutating func claimFailed() {
    mayFindWork = true
  }

  /// The database knows now that this worker sleeps; whether something is due, and when the next job is.
  mutating func announced(dueNow: Bool, nextDueIn: Duration?, now: Instant) {
    nextDue = nextDueIn.map { now + $0 }
    mayBeDueEarlier = false
    // A worker that was asleep already has got every notification.
    guard !isAsleep || dueNow else { return }
    if !isAsleep {
      asleepSince = nil
      repollsDone = 0
    }
    isAsleep = true
    mayFindWork = true
  }

  /// A notification arrived: of a job that is due, or of one that will be.
  mutating func notified() {
    mayFindWork = true
    mayBeDueEarlier = true
  }

  /// The database may have forgotten that this worker sleeps, or a notification may be lost.
  mutating func mayHaveMissedSignals() {
    isAsleep = false
    mayFindWork = true
  }

  /// A heartbeat said what is due.
  mutating func heard(dueNow: Bool, nextDueIn: Duration?, now: Instant) {
    guard isAsleep else { return }
    if dueNow { mayFindWork = true }
    if let nextDueIn { nextDue = now + nextDueIn }
  }

  /// A run ended; its key may have work waiting.
  mutating func runEnded() {
    running -= 1
    if running == 0 { isAlone = false }
    mayFindWork = true
  }

  /// The time that `wait` named has come.
  mutating func timerFired(now: Instant) {
    if let nextDue, nextDue <= now {
      // The next announcement asks for the one after it.
      self.nextDue = nil
      mayBeDueEarlier = true
      mayFindWork = true
    }
    while let repoll = nextRepoll, repoll <= now {
      repollsDone += 1
      mayFindWork = true
      // The job whose notification was lost may be due only later.
      if repollsDone == Self.repolls.count { mayBeDueEarlier = true }
    }
  }

  private var nextRepoll: Instant? {
    guard let asleepSince, repollsDone < Self.repolls.count else { return nil }
    return asleepSince + Self.repolls[repollsDone]
  }

  private var earliestTimer: Instant? {
    switch (nextRepoll, nextDue) {
    case (let repoll?, let due?): min(repoll, due)
    case (let repoll, let due): repoll ?? due
    }
  }
}
