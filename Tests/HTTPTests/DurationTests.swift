import Testing

@testable import HTTP

struct DurationTests {
  /// Broken variant: rounding down turns half a second into zero seconds, which libcurl reads as "no limit".
  @Test func `parts are rounded up`() {
    #expect(Duration.milliseconds(500).wholeSeconds == 1)
    #expect(Duration.milliseconds(1001).wholeSeconds == 2)
    #expect(Duration.seconds(3).wholeSeconds == 3)
    #expect(Duration.microseconds(1).wholeMilliseconds == 1)
    #expect(Duration.nanoseconds(1_000_001).wholeMilliseconds == 2)
    #expect(Duration.zero.wholeMilliseconds == 0)
  }

  @Test func `a time that is too long does not overflow`() {
    #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
    #expect(Duration.milliseconds(-1500).wholeSeconds == -1)
    #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
  }
}
