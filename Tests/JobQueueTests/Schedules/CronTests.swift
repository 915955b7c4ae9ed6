import Postgres
import TestSupport
import Testing

/// When a schedule is due: cron expressions and periods, in UTC, as pg_cron has them.
@Suite(.requiresPostgres) struct CronTests {
  /// The next ticks after a moment, as texts.
  private func ticks(_ cron: String, after: String, count: Int = 3) async throws -> [String] {
    try await Queue.with { queue in
      try await queue.run(
        """
        select to_char(t at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as tick
        from jira_sync.ticks(\(cron), \(after)::timestamptz, 'infinity', \(count)) as t
        """
      ).rows.map { row in try row.get("tick") }
    }
  }

  @Test(arguments: [
    ("0 3 * * *", "2026-11-24 02:59:59Z", "2026-11-24 03:00:00"),
    // The moment itself has gone.
    ("0 3 * * *", "2026-11-24 03:00:00Z", "2026-11-25 03:00:00"),
    ("*/15 * * * *", "2026-11-24 10:16:00Z", "2026-11-24 10:30:00"),
    ("5-59/15 * * * *", "2026-11-24 10:51:00Z", "2026-11-24 11:05:00"),
    ("0 8-17 * * mon-fri", "2026-11-27 17:30:00Z", "2026-11-30 08:00:00"),
    ("0 0 1 jan,JUL *", "2026-11-24 00:00:00Z", "2027-01-01 00:00:00"),
    // Sunday is 0 and 7.
    ("0 0 * * 7", "2026-11-24 00:00:00Z", "2026-11-29 00:00:00"),
    ("@daily", "2026-11-24 10:00:00Z", "2026-11-25 00:00:00"),
    ("0 0 29 2 *", "2096-03-01 00:00:00Z", "2104-02-29 00:00:00"),
    ("30 seconds", "2026-11-24 10:00:01Z", "2026-11-24 10:00:30"),
    ("every 5 min", "2026-11-24 10:00:00Z", "2026-11-24 10:05:00"),
    ("  0   3  *  * * ", "2026-11-24 03:00:00+02", "2026-11-24 03:00:00"),
  ]) func `comes next`(cron: String, after: String, tick: String) async throws {
    #expect(try await ticks(cron, after: after, count: 1) == [tick])
  }

  /// Either day will do where both are given; a field that begins with a star is not given.
  @Test func `days of month and weekdays`() async throws {
    #expect(
      try await ticks("0 0 1 * mon", after: "2026-11-24 00:00:00Z") == [
        "2026-11-30 00:00:00", "2026-12-01 00:00:00", "2026-12-07 00:00:00",
      ])
    #expect(
      try await ticks("0 0 */2 * mon", after: "2026-11-24 00:00:00Z") == [
        "2026-12-07 00:00:00", "2026-12-21 00:00:00", "2027-01-11 00:00:00",
      ])
  }

  /// What is wrong, in words, and what to write instead; nothing is changed.
  @Test(arguments: [
    ("61 * * * *", "'61' is out of range for the minute", "The minute goes from 0 to 59."),
    ("* * * *", "it has 4 fields, not five", "'0 3 * * *' is every night at three"),
    ("* * * * * *", "it has 6 fields, not five", "A period works, too"),
    ("", "it has 0 fields", "A period works, too"),
    ("0 9-5 * * *", "the range '9-5' runs backwards", "9-23,0-5"),
    ("5/15 * * * *", "a step needs a range", "5-59/15"),
    ("*/0 * * * *", "a step of 0", "1 or more"),
    ("0 0 30 2 *", "such a day never comes", "no such day"),
    ("0 0 * * funday", "'funday' is not a day of week", "sun, mon"),
    ("0 0 * * 0;drop", "is not a day of week", "Names work, too"),
    ("0 seconds", "bad period", "30 seconds"),
    ("99999 days", "it takes from 1 second to 31 days", "1 day"),
    ("99999999999 seconds", "it has 2 fields", "A period works, too"),
  ]) func `a bad one is refused in words`(cron: String, message: String, hint: String) async throws
  {
    try await Queue.with { queue in
      let before = try await queue.value(
        "select cron as value from jira_sync.schedules where name = 'poll'", as: String.self)
      let error = await #expect(throws: PostgresError.self) {
        try await queue.run("select jira_sync.schedule('poll', \(cron))")
      }
      #expect(error?.sqlState == "23514")
      #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
      #expect(error?.hint?.contains(hint) == true, "\(error?.hint ?? "")")
      #expect(
        try await queue.value(
          "select cron as value from jira_sync.schedules where name = 'poll'", as: String.self)
          == before)
    }
  }
}
