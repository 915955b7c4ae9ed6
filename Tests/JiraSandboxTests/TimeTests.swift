import JSON
import Testing

@testable import JiraSandbox

@Suite("Times")
struct TimeTests {
  @Test
  func `Timestamps are in the site's zone, with milliseconds and an offset without colon`() throws {
    let office = try Office()
    let key = try office.create()
    #expect(try office.field("created", of: key) == "2026-07-01T14:00:00.123+0200")
    // Half a year later the clocks of Berlin have changed.
    office.clock.advance(milliseconds: 184 * 86_400_000)
    let later = try office.create()
    #expect(try office.field("created", of: later) == "2027-01-01T13:00:00.123+0100")
  }

  @Test
  func `Quoted dates are read in the caller's zone, to the minute`() throws {
    // Created at 12:00:00.123 UTC: 05:00 in Los Angeles, 13:00 in London, 14:00 on the site.
    let office = try Office()
    let key = try office.create()
    #expect(try office.keys("created >= \"2026-07-01 05:00\"") == [key])
    #expect(try office.keys("created >= \"2026/07/01 05:01\"") == [])
    #expect(try office.keys("created <= \"2026-07-01 05:00\"") == [])
    let london = office.by("Bearer alex")
    #expect(try london.keys("created >= \"2026-07-01 13:00\"") == [key])
    // A sandbox that read them in UTC or in the site's zone would find it here.
    #expect(try london.keys("created >= \"2026-07-01 13:01\"") == [])
    #expect(try office.search("created >= \"2026-07-01 05:00:00\"").status == 400)
  }

  @Test
  func `Unquoted milliseconds are absolute`() throws {
    let office = try Office()
    let key = try office.create()
    for caller in [office, office.by("Bearer alex")] {
      #expect(try caller.keys("updated >= \(Office.start)") == [key])
      #expect(try caller.keys("updated >= \(Office.start + 1)") == [])
    }
  }

  @Test
  func `Periods and functions count from now, in the caller's zone`() throws {
    let office = try Office()
    let key = try office.create()
    office.clock.advance(milliseconds: 10 * 60_000)
    #expect(try office.keys("updated >= -10m") == [key])
    #expect(try office.keys("updated >= \"-9m\"") == [])
    #expect(try office.keys("updated >= startOfDay() and updated <= now()") == [key])
    #expect(try office.keys("updated >= startOfDay(\"1d\")") == [])
  }

  @Test
  func `The hour that spring skips and the hour that autumn repeats`() throws {
    let berlin = try Zone(named: "Europe/Berlin")
    let spring = try #require(CivilTime(year: 2026, month: 3, day: 29, hour: 3))
    #expect(berlin.instant(of: spring) == 1_774_746_000_000)
    #expect(berlin.text(of: 1_774_746_000_000) == "2026-03-29T03:00:00.000+0200")
    #expect(berlin.text(of: 1_774_745_999_999) == "2026-03-29T01:59:59.999+0100")
  }

  @Test(
    arguments: [
      ("2026-01-02T03:04:05.000+0000", 1_767_323_045_000),
      ("2026-01-02T03:04:05Z", 1_767_323_045_000),
      ("2026-01-02T03:04:05.5-01:30", 1_767_328_445_500),
      ("1969-12-31T23:59:59.999+0000", -1),
      ("2026-02-30T00:00:00.000+0000", nil), ("2026-01-02 03:04:05", nil),
      ("2026-01-02T03:04:05", nil), ("2026-01-02", nil), ("", nil), ("T", nil),
    ] as [(String, Int64?)])
  func `Instants and days are read strictly`(text: String, instant: Int64?) {
    #expect(InstantText.instant(text) == instant)
  }

  @Test
  func `Every day of four centuries has its number and comes back`() {
    for number in -60_000..<90_000 {
      let day = CivilTime(millisecondsOfDayLine: Int64(number) * 86_400_000)
      #expect(day.dayNumber == number)
    }
  }
}
