import Postgres
import Testing

@Suite struct ReconnectBackoffTests {
  /// The same numbers each time (SplitMix64).
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
      return mixed ^ (mixed >> 31)
    }
  }

  @Test func theCeilingDoublesUpToTheCap() {
    var backoff = ReconnectBackoff(base: .milliseconds(100), cap: .seconds(5))
    var generator = SystemRandomNumberGenerator()
    var ceilings: [Duration] = []
    for _ in 0..<8 {
      let delay = backoff.failed(using: &generator)
      #expect(delay >= .zero && delay <= backoff.ceiling)
      ceilings.append(backoff.ceiling)
    }
    #expect(ceilings == [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map { .milliseconds($0) })
  }

  /// Caught: jitter on a part of the delay only, with which a fleet still comes back as a wave.
  @Test func theJitterIsFull() {
    var generator = Seeded(state: 1)
    var backoff = ReconnectBackoff()
    var delays: [Duration] = []
    for _ in 0..<1_000 { delays.append(backoff.failed(using: &generator)) }
    let last = delays.dropFirst(10).sorted()
    #expect(last[0] < backoff.cap / 20)
    #expect(last[last.count - 1] > backoff.cap * 19 / 20)
    // Uniform: the middle one is in the middle.
    #expect(last[last.count / 2] > backoff.cap * 2 / 5)
    #expect(last[last.count / 2] < backoff.cap * 3 / 5)
  }

  /// Caught: a shift that overflows after a night without a database.
  @Test func manyFailuresStayAtTheCap() {
    var backoff = ReconnectBackoff()
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 { _ = backoff.failed(using: &generator) }
    #expect(backoff.ceiling == backoff.cap)
  }

  @Test func aLongLifeIsForgivenAndAShortOneIsNot() {
    var backoff = ReconnectBackoff(base: .milliseconds(100), cap: .seconds(5))
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<3 { _ = backoff.lost(after: .milliseconds(10), using: &generator) }
    #expect(backoff.failures == 3)
    _ = backoff.lost(after: .seconds(60), using: &generator)
    #expect(backoff.failures == 1)
    #expect(backoff.ceiling == .milliseconds(100))
  }
}
