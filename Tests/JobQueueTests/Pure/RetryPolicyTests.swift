import Testing

@testable import JobQueue

struct RetryPolicyTests {
  private let policy = RetryPolicy(base: .seconds(2), cap: .seconds(600), jitter: 0.3)

  @Test(arguments: [(1, 2.0), (2, 4), (3, 8), (8, 256), (9, 512), (10, 600), (20, 600)])
  func `delays double up to the cap`(attempt: Int, seconds: Double) {
    #expect(abs(policy.delay(afterAttempt: attempt, random: 0.5).inSeconds - seconds) < 1e-9)
  }

  @Test func `the jitter varies a delay by its share`() {
    #expect(abs(policy.delay(afterAttempt: 1, random: 0).inSeconds - 1.4) < 1e-9)
    #expect(abs(policy.delay(afterAttempt: 1, random: 1).inSeconds - 2.6) < 1e-9)
  }

  /// Caught: a shift by the attempt's number, which overflows from the 64th on.
  @Test(arguments: [-1, 0, 63, 64, 1_000, Int.max]) func `any attempt has a delay`(attempt: Int) {
    let delay = policy.delay(afterAttempt: attempt, random: 0.5).inSeconds
    #expect((2...600).contains(delay))
  }

  @Test func `jobs that fail together do not come back together`() {
    let delays = Set((0..<100).map { _ in policy.delay(afterAttempt: 5) })
    #expect(delays.count > 90)
  }
}
