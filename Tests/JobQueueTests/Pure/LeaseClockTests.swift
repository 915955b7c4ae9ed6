import Testing

@testable import JobQueue

struct LeaseClockTests {
  private let start = ContinuousClock.now

  @Test func `a lease holds for three quarters of its length`() {
    let clock = LeaseClock(lease: .seconds(8), now: start)
    #expect(clock.isValid(generation: 0, now: start + .milliseconds(5_999)))
    #expect(!clock.isValid(generation: 0, now: start + .seconds(6)))
  }

  @Test func `a heartbeat counts from when it was sent`() {
    var clock = LeaseClock(lease: .seconds(8), now: start)
    clock.renewed(sentAt: start + .seconds(2))
    #expect(clock.isValid(generation: 0, now: start + .milliseconds(7_999)))
    #expect(!clock.isValid(generation: 0, now: start + .seconds(8)))
  }

  /// Caught: a process that was stopped past its lease, heard of a heartbeat afterwards, and went on with jobs that are
  /// somebody else's by now.
  @Test func `a heartbeat after a gap does not bring old runs back`() {
    var clock = LeaseClock(lease: .seconds(8), now: start)
    let old = clock.generation
    clock.renewed(sentAt: start + .milliseconds(8_001))
    #expect(!clock.isValid(generation: old, now: start + .milliseconds(8_002)))
    #expect(clock.isValid(generation: clock.generation, now: start + .milliseconds(8_002)))
  }

  /// Caught: two connections whose answers cross, the older one taking time off the lease.
  @Test func `an older heartbeat that arrives later changes nothing`() {
    var clock = LeaseClock(lease: .seconds(8), now: start)
    clock.renewed(sentAt: start + .seconds(4))
    clock.renewed(sentAt: start + .seconds(1))
    #expect(clock.renewedAt == start + .seconds(4))
    #expect(clock.generation == 0)
  }

  @Test func `exactly one lease between heartbeats is no gap`() {
    var clock = LeaseClock(lease: .seconds(8), now: start)
    clock.renewed(sentAt: start + .seconds(8))
    #expect(clock.generation == 0)
  }
}
