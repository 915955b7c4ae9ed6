import Jira
import Testing

/// When to come back is read from whichever header says so, by the server's own clock.
@Suite struct RetryAfterTests {
  private func delay(
    _ retryAfter: String? = nil, reset: String? = nil, date: String? = nil, now: Int64 = 0
  ) -> Int64? {
    RetryAfter(retryAfter: retryAfter, reset: reset, date: date, now: now)?.milliseconds
  }

  @Test func `seconds are taken`() {
    #expect(delay("1847") == 1_847_000)
    #expect(delay(" 1.5 ") == 1_500)
    #expect(delay("0") == 0)
  }

  @Test func `nonsense does not become a wait`() {
    #expect(delay("soon") == nil)
    #expect(delay("") == nil)
    #expect(delay("nan") == nil)
    #expect(delay(nil) == nil)
    #expect(delay("-5") == 0)
    #expect(delay("1e300") == 3_600_000)
  }

  /// Broken variant: comparing with the local clock, which may be minutes off.
  @Test func `a date is compared with the answers own`() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    #expect(delay("Sun, 06 Nov 1994 08:50:07 GMT", date: date, now: 4_000_000_000_000) == 30_000)
    // In the past: at once.
    #expect(delay("Sun, 06 Nov 1994 08:00:00 GMT", date: date) == 0)
    // Without a date there is only the local clock.
    #expect(delay("Sun, 06 Nov 1994 08:50:07 GMT", now: 784_111_777_000) == 30_000)
  }

  @Test func `the reset of a limit serves where there is no retry after`() {
    let date = "Wed, 08 Oct 2025 14:59:00 GMT"
    #expect(delay(reset: "2025-10-08T15:00:00Z", date: date) == 60_000)
    #expect(delay(reset: "2025-10-08T15:00Z", date: date) == 60_000)
    #expect(delay(reset: "1759935600", date: date) == 60_000)
    #expect(delay(reset: "12", date: date) == nil)
    #expect(delay("3", reset: "2025-10-08T15:00:00Z", date: date) == 3_000)
  }
}
