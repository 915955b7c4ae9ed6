import Testing

@testable import JobQueue

struct WakeUpTests {
  private let start = ContinuousClock.now

  /// A worker with this many slots that found nothing, announced its sleep and found nothing again.
  private func sleeper(slots: Int = 2, nextDueIn: Duration? = nil) -> WakeUp {
    var wakeUp = WakeUp(slots: slots)
    _ = wakeUp.next()
    wakeUp.claimed(runs: 0, alone: false, now: start)
    wakeUp.announced(dueNow: false, nextDueIn: nextDueIn, now: start)
    _ = wakeUp.next()
    wakeUp.claimed(runs: 0, alone: false, now: start)
    return wakeUp
  }

  @Test func aNewWorkerClaimsFirst() {
    var wakeUp = WakeUp(slots: 2)
    #expect(wakeUp.next() == .claim(lowestFirst: false))
  }

  @Test func whoFoundSomethingClaimsAgainWhileASlotIsFree() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next()
    wakeUp.claimed(runs: 1, alone: false, now: start)
    #expect(wakeUp.next() == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 1, alone: false, now: start)
    #expect(wakeUp.next() == .wait(until: nil))
    wakeUp.runEnded()
    #expect(wakeUp.next() == .claim(lowestFirst: false))
  }

  /// Caught: a worker that falls asleep without looking once more.
  ///
  /// Who committed between the first look and the
  /// announcement saw nobody asleep and sent no NOTIFY.
  @Test func whoFoundNothingAnnouncesItAndLooksOnceMore() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next()
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next() == .announceSleep)
    wakeUp.announced(dueNow: false, nextDueIn: nil, now: start)
    #expect(wakeUp.next() == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next() == .wait(until: start + .milliseconds(100)))
  }

  /// A writer can look whether anybody sleeps and commit much later.
  @Test func threeQuickLooksFollowAndThenOneForTheTimer() {
    var wakeUp = sleeper()
    for delay in WakeUp.repolls {
      #expect(wakeUp.next() == .wait(until: start + delay))
      wakeUp.timerFired(now: start + delay)
      #expect(wakeUp.next() == .claim(lowestFirst: false))
      wakeUp.claimed(runs: 0, alone: false, now: start + delay)
    }
    #expect(wakeUp.next() == .announceSleep)
    wakeUp.announced(dueNow: false, nextDueIn: nil, now: start + .seconds(2))
    #expect(wakeUp.next() == .wait(until: nil))
  }

  @Test func aTimerThatComesTooEarlyIsNoReasonToLook() {
    var wakeUp = sleeper()
    wakeUp.timerFired(now: start + .milliseconds(99))
    #expect(wakeUp.next() == .wait(until: start + .milliseconds(100)))
  }

  /// Caught: a claim that begins before a run ends and returns after it, with nothing, since the key was still taken:
  /// what waits for the key would lie there until the next poll.
  @Test func aRunThatEndsDuringAClaimIsNotForgotten() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next()
    wakeUp.claimed(runs: 1, alone: false, now: start)
    #expect(wakeUp.next() == .claim(lowestFirst: false))
    wakeUp.runEnded()
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next() == .claim(lowestFirst: false))
  }

  @Test func aClaimWithoutAnAnswerIsSentAgain() {
    var wakeUp = WakeUp(slots: 2)
    _ = wakeUp.next()
    wakeUp.claimFailed()
    #expect(wakeUp.next() == .claim(lowestFirst: false))
  }

  /// Caught: a NOTIFY for a job of the near future that leaves the timer as it was.
  @Test func aNotificationAsksAlsoWhatIsDueLater() {
    var wakeUp = sleeper()
    wakeUp.notified()
    #expect(wakeUp.next() == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next() == .announceSleep)
    wakeUp.announced(dueNow: false, nextDueIn: .milliseconds(50), now: start)
    #expect(wakeUp.next() == .wait(until: start + .milliseconds(50)))
  }

  @Test func theTimerOfTheNextJobLooksAndAsksWhatFollows() {
    var wakeUp = sleeper(nextDueIn: .milliseconds(40))
    #expect(wakeUp.next() == .wait(until: start + .milliseconds(40)))
    wakeUp.timerFired(now: start + .milliseconds(40))
    #expect(wakeUp.next() == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 0, alone: false, now: start + .milliseconds(40))
    #expect(wakeUp.next() == .announceSleep)
  }

  @Test func aHeartbeatThatSaysThatWorkIsDueMakesASleeperLook() {
    var wakeUp = sleeper()
    wakeUp.pulsed(dueNow: true, nextDueIn: nil, now: start)
    #expect(wakeUp.next() == .claim(lowestFirst: false))
  }

  /// Caught: a worker that the database had forgotten and knows anew, awake by the database's book and asleep by its own:
  /// nobody would wake it again.
  @Test func whoWasForgottenAnnouncesHisSleepAnew() {
    var wakeUp = sleeper()
    wakeUp.lostTouch()
    #expect(wakeUp.next() == .claim(lowestFirst: false))
    wakeUp.claimed(runs: 0, alone: false, now: start)
    #expect(wakeUp.next() == .announceSleep)
  }

  @Test func aJobThatWantsToBeAloneKeepsTheOtherSlotsEmpty() {
    var wakeUp = WakeUp(slots: 4)
    _ = wakeUp.next()
    wakeUp.claimed(runs: 1, alone: true, now: start)
    wakeUp.notified()
    #expect(wakeUp.next() == .wait(until: nil))
    wakeUp.runEnded()
    #expect(wakeUp.next() == .claim(lowestFirst: false))
  }

  @Test func everyTenthClaimTakesTheLowestPriorityFirst() {
    var wakeUp = WakeUp(slots: .max)
    let order = (0..<30).map { _ in
      let action = wakeUp.next()
      wakeUp.claimed(runs: 1, alone: false, now: start)
      return action
    }
    for (index, action) in order.enumerated() {
      #expect(action == .claim(lowestFirst: index % 10 == 9))
    }
  }
}
