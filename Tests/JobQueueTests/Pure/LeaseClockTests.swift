import Testing

@testable import JobQueue

struct LeaseClockTests {
  private let start = ContinuousClock.now

  @Test func aLeaseHoldsForThreeQuartersOfItsLength() {
    let clock = LeaseClock(lease: .seconds(8), now: start)
    #expect(clock.isValid(generation: 0, now: start + .milliseconds(5_999)))
    #expect(!clock.isValid(generation: 0, now: start + .seconds(6)))
  }

  @Test func aHeartbeatCountsFromWhenItWasSent() {
    var clock = LeaseClock(lease: .seconds(8), now: start)
    clock.renewed(sentAt: start + .seconds(2))
    #expect(clock.isValid(generation: 0, now: start + .milliseconds(7_999)))
    #expect(!clock.isValid(generation: 0, now: start + .seconds(8)))
  }

  /// Caught: a process that was stopped past its lease, heard of a heartbeat afterwards, and went on with jobs that are
  /// somebody else's by now.
  @Test func aHeartbeatAfterAGapDoesNotBringOldRunsBack() {
    var clock = LeaseClock(lease: .seconds(8), now: start)
    let old = clock.generation
    clock.renewed(sentAt: start + .milliseconds(8_001))
    #expect(!clock.isValid(generation: old, now: start + .milliseconds(8_002)))
    #expect(clock.isValid(generation: clock.generation, now: start + .milliseconds(8_002)))
  }

  /// Caught: two connections whose answers cross, the older one taking time off the lease.
  @Test func anOlderHeartbeatThatArrivesLaterChangesNothing() {
    var clock = LeaseClock(lease: .seconds(8), now: start)
    clock.renewed(sentAt: start + .seconds(4))
    clock.renewed(sentAt: start + .seconds(1))
    #expect(clock.renewedAt == start + .seconds(4))
    #expect(clock.generation == 0)
  }

  @Test func exactlyOneLeaseBetweenHeartbeatsIsNoGap() {
    var clock = LeaseClock(lease: .seconds(8), now: start)
    clock.renewed(sentAt: start + .seconds(8))
    #expect(clock.generation == 0)
  }
}
