import Testing

@testable import JobQueue

struct ExpressLaneTests {
  private let now = ContinuousClock.now

  @Test func `with a free slot or without mass work nothing is looked for`() {
    let lane = ExpressLane()
    #expect(lane.nextSearch(hasFreeSlot: true, massRuns: 3, runsBeside: 0, now: now) == nil)
    #expect(lane.nextSearch(hasFreeSlot: false, massRuns: 0, runsBeside: 0, now: now) == nil)
  }

  @Test func `while mass work has all slots it looks at once and then twice a second`() {
    var lane = ExpressLane()
    #expect(lane.nextSearch(hasFreeSlot: false, massRuns: 1, runsBeside: 0, now: now) == now)
    lane.searches(now: now)
    #expect(
      lane.nextSearch(hasFreeSlot: false, massRuns: 1, runsBeside: 0, now: now)
        == now + .milliseconds(500))
    let later = now + .seconds(9)
    #expect(lane.nextSearch(hasFreeSlot: false, massRuns: 1, runsBeside: 1, now: later) == later)
  }

  @Test func `only so many runs go on beside`() {
    let lane = ExpressLane()
    #expect(
      lane.nextSearch(hasFreeSlot: false, massRuns: 1, runsBeside: ExpressLane.runs, now: now)
        == nil)
  }

  /// Caught: a queue with few jobs that is asked about mass edits with every claim.
  @Test func `mass edits are looked for only where much waits`() {
    var lane = ExpressLane()
    #expect(lane.isDeferringDue(now: now))
    lane.deferred(now: now)
    lane.claimed(isFull: true)
    #expect(!lane.isDeferringDue(now: now + .milliseconds(499)))
    #expect(lane.isDeferringDue(now: now + .milliseconds(500)))
    lane.claimed(isFull: false)
    #expect(!lane.isDeferringDue(now: now + .seconds(60)))
  }
}
