import Testing

@testable import JobQueue

struct WakeUpTests {
  private let start = ContinuousClock.now

  /// A worker with this many slots that found nothing, announced its sleep and found nothing again.
  private func sleeper(slots: Int = 2, nextDueIn: Duration? = nil) -> WakeUp {
    var wakeUp = WakeUp(slots: slots)
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 0, alone: false, now: start)
    wakeUp.announced(dueNow: false, nextDueIn: nextDueIn, now: start)
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 0, alone: false, now: start)
    return wakeUp
  }

  @Test func `a new worker claims first`() {
    var wakeUp = WakeUp(slots: 2)
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
  }

  /// Caught: a worker that waits for the end of a run that never began, as where a job that has to be alone cannot be read.
  @Test func `a lonely job that was not begun is not waited for`() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 0, alone: true, now: start)
    #expect(wakeUp.next(now: start) == .announceSleep)
  }

  @Test func `who found something claims again while a slot is free`() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 1, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 1, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .wait(until: nil))
    wakeUp.runEnded()
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
  }

  /// Caught: a worker that falls asleep without looking once more.
  ///
  /// Who committed between the first look and the
  /// announcement saw nobody asleep and sent no NOTIFY.
  @Test func `who found nothing announces it and looks once more`() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .announceSleep)
    wakeUp.announced(dueNow: false, nextDueIn: nil, now: start)
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .wait(until: start + .milliseconds(100)))
  }

  /// A writer can look whether anybody sleeps and commit much later.
  @Test func `three quick looks follow and then one for the timer`() {
    var wakeUp = sleeper()
    for delay in WakeUp.repolls {
      #expect(wakeUp.next(now: start) == .wait(until: start + delay))
      wakeUp.timerFired(now: start + delay)
      #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
      wakeUp.claimed(runs: 0, alone: false, now: start + delay)
    }
    #expect(wakeUp.next(now: start) == .announceSleep)
    wakeUp.announced(dueNow: false, nextDueIn: nil, now: start + .seconds(2))
    #expect(wakeUp.next(now: start) == .wait(until: nil))
  }

  @Test func `a timer that comes too early is no reason to look`() {
    var wakeUp = sleeper()
    wakeUp.timerFired(now: start + .milliseconds(99))
    #expect(wakeUp.next(now: start) == .wait(until: start + .milliseconds(100)))
  }

  /// Caught: a claim that begins before a run ends and returns after it, with nothing, since the key was still taken:
  /// what waits for the key would lie there until the next poll.
  @Test func `a run that ends during a claim is not forgotten`() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 1, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
    wakeUp.runEnded()
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
  }

  @Test func `a claim without an answer is sent again`() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next(now: start)
    wakeUp.claimFailed()
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
  }

  /// Caught: a NOTIFY for a job of the near future that leaves the timer as it was.
  @Test func `a notification asks also what is due later`() {
    var wakeUp = sleeper()
    wakeUp.notified()
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .announceSleep)
    wakeUp.announced(dueNow: false, nextDueIn: .milliseconds(50), now: start)
    #expect(wakeUp.next(now: start) == .wait(until: start + .milliseconds(50)))
  }

  @Test func `the timer of the next job looks and asks what follows`() {
    var wakeUp = sleeper(nextDueIn: .milliseconds(40))
    #expect(wakeUp.next(now: start) == .wait(until: start + .milliseconds(40)))
    wakeUp.timerFired(now: start + .milliseconds(40))
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 0, alone: false, now: start + .milliseconds(40))
    #expect(wakeUp.next(now: start) == .announceSleep)
  }

  @Test func `a heartbeat that says that work is due makes a sleeper look`() {
    var wakeUp = sleeper()
    wakeUp.heard(dueNow: true, nextDueIn: nil, now: start)
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
  }

  /// Caught: a worker that the database had forgotten and knows anew, awake by the database's book and asleep by its own:
  /// nobody would wake it again.
  @Test func `who was forgotten announces his sleep anew`() {
    var wakeUp = sleeper()
    wakeUp.mayHaveMissedSignals()
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .announceSleep)
  }

  @Test func `a job that wants to be alone keeps the other slots empty`() {
    var wakeUp = WakeUp(slots: 4)
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 1, alone: true, now: start)
    wakeUp.notified()
    #expect(wakeUp.next(now: start) == .wait(until: nil))
    wakeUp.runEnded()
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
  }

  /// Caught: a worker that claims once for each of many jobs that come one after another, at the cost of a flush each.
  @Test func `after a claim that took all the next one waits for what follows`() {
    var wakeUp = WakeUp(slots: 2, spacing: .milliseconds(10))
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 1, alone: false, now: start)
    wakeUp.notified()
    #expect(
      wakeUp.next(now: start + .milliseconds(4)) == .rest(until: start + .milliseconds(10)))
    wakeUp.runEnded()
    #expect(wakeUp.next(now: start + .milliseconds(10)) == .claim(lowestFirst: false))
  }

  @Test func `a claim that left something is followed by the next at once`() {
    var wakeUp = WakeUp(slots: 2, spacing: .milliseconds(10))
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 1, alone: false, isFull: true, now: start)
    #expect(wakeUp.next(now: start) == .claim(lowestFirst: false))
  }

  @Test func `who found nothing falls asleep at once`() {
    var wakeUp = WakeUp(slots: 2, spacing: .milliseconds(10))
    _ = wakeUp.next(now: start)
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next(now: start) == .announceSleep)
  }

  /// Caught: one that announces its sleep at the first gap between jobs writes its row for each, where all versions stay.
  @Test func `who puts sleep off looks a few times more`() {
    var wakeUp = WakeUp(slots: 2, spacing: .milliseconds(10))
    var now = start
    _ = wakeUp.next(now: now)
    wakeUp.claimed(runs: 1, alone: false, delaysSleep: true, now: now)
    wakeUp.runEnded()
    for _ in 0...WakeUp.extraClaims {
      #expect(wakeUp.next(now: now) == .rest(until: now + .milliseconds(10)))
      now += .milliseconds(10)
      #expect(wakeUp.next(now: now) == .claim(lowestFirst: false))
      wakeUp.claimed(runs: 0, alone: false, now: now)
    }
    #expect(wakeUp.next(now: now) == .announceSleep)
  }

  @Test func `every tenth claim takes the lowest priority first`() {
    var wakeUp = WakeUp(slots: .max)
    let order = (0..<30).map { _ in
      let action = wakeUp.next(now: start)
      wakeUp.claimed(runs: 1, alone: false, now: start)
      return action
    }
    for (index, action) in order.enumerated() {
      #expect(action == .claim(lowestFirst: index % 10 == 9))
    }
  }
}
