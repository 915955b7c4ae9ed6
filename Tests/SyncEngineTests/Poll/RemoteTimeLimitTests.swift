import Testing

@testable import SyncEngine

@Suite("Times that JIRA tells are believed up to its own clock and a few minutes")
struct RemoteTimeLimitTests {
  private let limit = RemoteTimeLimit(now: 1_000_000_000)

  @Test(arguments: [1_000_300_001, 32_472_144_000_000, Int64.max])
  func `what lies ahead counts as unknown`(time: Int64) {
    #expect(limit.believed(time) == nil)
    #expect(limit.isAhead(time))
  }

  @Test(arguments: [0, 999_999_999, 1_000_000_000, 1_000_300_000])
  func `what does not is kept as it is, also within the minutes by which clocks differ`(time: Int64)
  {
    #expect(limit.believed(time) == time)
    #expect(!limit.isAhead(time))
  }

  @Test
  func `no time is none, and not ahead`() {
    #expect(limit.believed(nil) == nil)
    #expect(!limit.isAhead(nil))
  }
}
