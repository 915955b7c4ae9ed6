/// Decides when a worker claims, announces that it sleeps, and waits; without any I/O.
///
/// A NOTIFY is sent only when somebody sleeps, and is only a hint. So a worker that found nothing announces its sleep and
/// claims once more; a writer that looked just before the announcement and commits just after that claim is caught by
/// three quick re-polls. Later comes a timer for the next due job, and the heartbeat.
///
/// Falling asleep and waking up are two writes of the worker's row, whose versions all stay while vacuum is held up. Then a
/// worker that had work until now claims a few times more, spaced, before it announces anything.
struct WakeUp: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// What the worker does next.
  enum Action: Sendable, Hashable {
    case claim(lowestFirst: Bool)
    case announceSleep
    /// There may be work, but claims are spaced: what comes until then is taken with one.
    case rest(until: Instant)
    case wait(until: Instant?)
  }

  /// When, after falling asleep, a lost wake-up is looked for.
  static let repolls: [Duration] = [.milliseconds(100), .milliseconds(500), .seconds(2)]
  /// How many claims that found nothing, after work, are followed by another one where sleep is put off.
  static let lingering = 3
  /// Every so many claims the lowest priority goes first, so that it never starves.
  static let fairness = 10

  /// How many runs may go on at a time.
  let slots: Int
  /// How long after a claim that took all there was the next one comes, while work keeps coming.
  ///
  /// A claim and the settling after it cost about the same for one job as for fifty. So the first job after a silence is
  /// taken at once, and those that follow on its heels are taken together.
  let spacing: Duration
  /// How many go on.
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
  private var lingersLeft = 0
  private var claims = 0

  init(slots: Int, spacing: Duration = .zero) {
    self.slots = slots
    self.spacing = spacing
  }

  /// Whether nothing runs.
  var holdsNothing: Bool { running == 0 }

  /// What to do now.
  ///
  /// A claim is answered by `claimed` or `claimFailed`. What happens before its answer may be news that it has not seen,
  /// so it counts for the next one.
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
  ///   - lingers: whether sleep is put off after this work.
  ///   - now: the time.
  mutating func claimed(
    runs: Int, alone: Bool, isFull: Bool = false, lingers: Bool = false, now: Instant
  ) {
    claims += 1
    running += runs
    notBefore = nil
    // Where no run was begun there is none whose end could be waited for.
    if alone, runs > 0 { isAlone = true }
    if runs > 0 {
      if !isFull { notBefore = now + spacing }
      lingersLeft = lingers ? Self.lingering : 0
      mayFindWork = true
      isAsleep = false
      asleepSince = nil
    } else if lingersLeft > 0 {
      lingersLeft -= 1
      mayFindWork = true
      notBefore = now + spacing
    } else if isAsleep, asleepSince == nil {
      asleepSince = now
    }
  }

  /// Nobody knows what became of a claim.
  mutating func claimFailed() {
    mayFindWork = true
  }

  /// The database knows now that this worker sleeps; whether something is due, and when the next job is.
  mutating func announced(dueNow: Bool, nextDueIn: Duration?, now: Instant) {
    nextDue = nextDueIn.map { now + $0 }
    mayBeDueEarlier = false
    // Who slept all along was told of everything.
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

  /// The database may not know any more that this worker sleeps, or what it said may not have arrived.
  mutating func lostTouch() {
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
      // What comes after it is asked for with the next announcement.
      self.nextDue = nil
      mayBeDueEarlier = true
      mayFindWork = true
    }
    while let repoll = nextRepoll, repoll <= now {
      repollsDone += 1
      mayFindWork = true
      // The job that nobody was notified of may be one of the near future.
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
