@testable import JobQueue

/// A worker's `WakeUp` beside a queue, writers and a clock, all of them simulated.
///
/// Writers do what the triggers do: look whether the worker sleeps, then commit, some time later. Only where it slept is it
/// notified. The heartbeat's poll does not exist here: what it would find is found without it.
struct WakeUpWorld {
  typealias Instant = ContinuousClock.Instant

  var wakeUp: WakeUp
  private(set) var now: Instant
  /// When each waiting job falls due.
  private(set) var jobs: [Instant] = []
  /// What the database believes.
  private var isAsleep = false
  /// Writers that have looked and not yet committed.
  private var writers: [(commitsAt: Instant, dueAt: Instant, notifies: Bool)] = []
  private var running = 0
  /// A claim whose answer is on its way, with what it found.
  private var claim: Int?
  private var timer: Instant?

  /// Whether the worker puts sleep off after work.
  private let delaysSleep: Bool

  init(slots: Int, delaysSleep: Bool, now: Instant) {
    self.delaysSleep = delaysSleep
    wakeUp = WakeUp(slots: slots, spacing: .milliseconds(10))
    self.now = now
  }

  var isQuiet: Bool { writers.isEmpty && jobs.isEmpty && claim == nil }

  /// A writer's trigger runs; its transaction ends within what the quick looks cover.
  mutating func write(commitsIn delay: Duration, dueIn: Duration) {
    writers.append((now + delay, now + delay + dueIn, isAsleep))
  }

  mutating func endRun() {
    guard running > 0 else { return }
    running -= 1
    wakeUp.runEnded()
  }

  /// The database loses what it knew of the worker.
  mutating func forget() {
    isAsleep = false
    wakeUp.mayHaveMissedSignals()
  }

  mutating func loseAnswer() {
    guard let found = claim else { return }
    claim = nil
    // What was claimed is given back, and its trigger notifies whoever sleeps.
    jobs += Array(repeating: now, count: found)
    wakeUp.claimFailed()
  }

  /// Lets the worker do one thing; answers whether it did.
  mutating func step() -> Bool {
    if let found = claim {
      claim = nil
      running += found
      wakeUp.claimed(
        runs: found, alone: false, isFull: found > 0 && running == wakeUp.slots,
        delaysSleep: delaysSleep, now: now)
      return true
    }
    switch wakeUp.next(now: now) {
    case .claim:
      let due = jobs.filter { $0 <= now }.prefix(wakeUp.slots - running)
      for job in due { jobs.remove(at: jobs.firstIndex(of: job) ?? 0) }
      if !due.isEmpty { isAsleep = false }
      claim = due.count
      return true
    case .announceSleep:
      isAsleep = true
      let later = jobs.filter { $0 > now }.min()
      wakeUp.announced(
        dueNow: jobs.contains { $0 <= now }, nextDueIn: later.map { $0 - now }, now: now)
      return true
    case .rest(let until):
      timer = until
      return false
    case .wait(let until):
      timer = until
      return false
    }
  }

  /// Moves the clock to the next thing that happens by itself; false where nothing will.
  mutating func advance() -> Bool {
    let next = (writers.map(\.commitsAt) + [timer].compactMap(\.self)).min()
    guard let next else { return false }
    now = max(now, next)
    if let due = timer, due <= now {
      timer = nil
      wakeUp.timerFired(now: now)
    }
    for writer in writers where writer.commitsAt <= now {
      jobs.append(writer.dueAt)
      if writer.notifies { wakeUp.notified() }
    }
    writers.removeAll { $0.commitsAt <= now }
    return true
  }
}
