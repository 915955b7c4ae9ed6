import Foundation
import Jira
import Simulation
import Testing

/// Instants are read with whatever offset JIRA uses, and written in UTC.
@Suite struct JiraTimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00.000+0000", 0), ("2026-09-27T10:03:11.123+0200", 1_790_496_191_123),
    ("2026-09-27T10:03:11.123+02:00", 1_790_496_191_123),
    ("2026-09-27T08:03:11.123Z", 1_790_496_191_123),
    ("2026-09-27T13:33:11.123456+0530", 1_790_496_191_123),
    ("2026-09-27T03:03:11.1-05", 1_790_496_191_100), ("1969-12-31T23:59:59.999Z", -1),
    ("2024-02-29T00:00Z", 1_709_164_800_000),
  ])
  func `an instant is read whatever its offset`(text: String, milliseconds: Int64) {
    #expect(JiraTimestamp.parse(text) == milliseconds)
  }

  @Test(arguments: [
    "", "2026-09-27", "2026-09-27T10:03:11.123", "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z", "2026-09-27T24:00:00Z", "2026-09-27T10:60:00Z", "0000-01-01T00:00:00Z",
    "2026-09-27T10:03:11.Z", "2026-09-27T10:03:11Z ", "2026-09-27T10:03:11+2500",
    "２０２６-09-27T10:03Z",
  ])
  func `what is no instant is refused`(text: String) {
    #expect(JiraTimestamp.parse(text) == nil)
  }

  /// Checked against Foundation's calendar, which shares no code with this.
  @Test func `renders what foundation renders`() throws {
    var generator = SeededGenerator(for: "JiraTimestampTests")
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime]
    for _ in 0..<2_000 {
      let seconds = Int64.random(in: -60_000_000_000...250_000_000_000, using: &generator)
      let text = try #require(JiraTimestamp.render(seconds * 1_000 + 7))
      let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
      // Foundation turns to the Julian calendar before 1582.
      if seconds > -12_219_292_800 {
        #expect(text == expected.dropLast() + ".007+0000", "seed \(generator.seed)")
      }
      #expect(JiraTimestamp.parse(text) == seconds * 1_000 + 7, "seed \(generator.seed)")
    }
  }

  @Test func `years without room are refused`() {
    #expect(JiraTimestamp.render(Int64.max) == nil)
    #expect(JiraTimestamp.render(Int64.min) == nil)
    #expect(JiraTimestamp.render(253_402_300_799_999) == "9999-12-31T23:59:59.999+0000")
    #expect(JiraTimestamp.render(253_402_300_800_000) == nil)
    #expect(JiraTimestamp.render(-62_135_596_800_000) == "0001-01-01T00:00:00.000+0000")
    #expect(JiraTimestamp.render(-62_135_596_800_001) == nil)
  }

  @Test func `a quoted time is cut down to the minute in the callers zone`() {
    #expect(
      JiraTimestamp.jqlMinute(1_790_496_191_123, offsetMinutes: -420) == "2026-09-27 01:03")
    #expect(JiraTimestamp.jqlMinute(-1, offsetMinutes: 0) == "1969-12-31 23:59")
    #expect(JiraTimestamp.jqlMinute(.max, offsetMinutes: 60) == nil)
  }
}
