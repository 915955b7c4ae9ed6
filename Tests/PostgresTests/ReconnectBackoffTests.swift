import Postgres
import Simulation
import TestSupport
import Testing

@Suite struct ReconnectBackoffTests {
  @Test func `the ceiling doubles up to the cap`() {
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
  @Test func `the jitter is full`() {
    var generator = SeededGenerator(seed: 1)
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
  @Test func `many failures stay at the cap`() {
    var backoff = ReconnectBackoff()
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<10_000 { _ = backoff.failed(using: &generator) }
    #expect(backoff.ceiling == backoff.cap)
  }

  @Test func `a long life is forgiven and a short one is not`() {
    var backoff = ReconnectBackoff(base: .milliseconds(100), cap: .seconds(5))
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<3 { _ = backoff.lost(after: .milliseconds(10), using: &generator) }
    #expect(backoff.failures == 3)
    _ = backoff.lost(after: .seconds(60), using: &generator)
    #expect(backoff.failures == 1)
    #expect(backoff.ceiling == .milliseconds(100))
  }
}
