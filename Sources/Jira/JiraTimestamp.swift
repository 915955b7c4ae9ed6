/// JIRA's way to write instants, read and written by arithmetic alone.
///
/// JIRA renders `2026-09-27T10:03:11.123+0200`: milliseconds, and an offset without a colon that is the site's, not the caller's.
public enum JiraTimestamp {
  /// Reads an instant.
  ///
  /// - Parameter text: date and time in ISO 8601; seconds and fraction may be absent, the offset is `Z`, `+hhmm`, `+hh:mm` or `+hh`.
  /// - Returns: milliseconds since 1970-01-01T00:00:00Z, further digits cut off; nil where the text is no such instant.
  public static func parse(_ text: String) -> Int64? {
    var scanner = DigitScanner(text.utf8)
    guard let day = scanner.day() else { return nil }
    guard scanner.skip("T") || scanner.skip("t") || scanner.skip(" ") else { return nil }
    guard let hour = scanner.number(digits: 2), scanner.skip(":"),
      let minute = scanner.number(digits: 2)
    else { return nil }
    var second: Int64 = 0
    var milliseconds: Int64 = 0
    if scanner.skip(":") {
      guard let value = scanner.number(digits: 2) else { return nil }
      second = value
      if scanner.skip(".") || scanner.skip(",") {
        guard let value = scanner.fraction() else { return nil }
        milliseconds = value
      }
    }
    // 24:00 and leap seconds are not instants that JIRA writes.
    guard hour < 24, minute < 60, second < 60, let offset = scanner.offset(), scanner.isAtEnd
    else { return nil }
    return ((day * 24 + hour) * 60 + minute - offset) * 60_000 + second * 1_000 + milliseconds
  }

  /// Writes an instant as a date-time field takes it, in UTC: `2026-01-02T03:04:05.678+0000`.
  ///
  /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
  /// - Returns: nil for years before 1 or after 9999, which the form has no room for.
  public static func render(_ milliseconds: Int64) -> String? {
    let days = milliseconds.flooredQuotient(86_400_000)
    guard let date = CivilDay.text(days) else { return nil }
    let ofDay = milliseconds - days * 86_400_000
    let time = [ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1_000 % 60]
    return date + "T" + time.map { padded($0, 2) }.joined(separator: ":") + "."
      + padded(ofDay % 1_000, 3) + "+0000"
  }

  /// Writes an instant as a quoted JQL literal has it, `2026-01-02 03:04`, cut down to the minute.
  ///
  /// JQL reads such a literal in the caller's profile zone; where it is possible, use `JQL.instant`, which has no zone.
  ///
  /// - Parameters:
  ///   - milliseconds: since 1970-01-01T00:00:00Z.
  ///   - offsetMinutes: how far the caller's zone is ahead of UTC at that instant, in minutes.
  /// - Returns: nil for years before 1 or after 9999.
  public static func jqlMinute(_ milliseconds: Int64, offsetMinutes: Int) -> String? {
    let (shifted, overflow) = milliseconds.addingReportingOverflow(Int64(offsetMinutes) * 60_000)
    guard !overflow else { return nil }
    let days = shifted.flooredQuotient(86_400_000)
    guard let date = CivilDay.text(days) else { return nil }
    let ofDay = shifted - days * 86_400_000
    return date + " " + padded(ofDay / 3_600_000, 2) + ":" + padded(ofDay / 60_000 % 60, 2)
  }

  /// Whether a text is a calendar day that exists, `YYYY-MM-DD`.
  ///
  /// - Parameter text: the text.
  /// - Returns: whether the calendar has it.
  public static func isDay(_ text: String) -> Bool {
    var scanner = DigitScanner(text.utf8)
    return scanner.day() != nil && scanner.isAtEnd
  }

  /// The first millisecond of a day in UTC.
  ///
  /// - Parameter text: the day, `YYYY-MM-DD`.
  /// - Returns: nil where there is no such day.
  public static func startOfDay(_ text: String) -> Int64? {
    var scanner = DigitScanner(text.utf8)
    guard let day = scanner.day(), scanner.isAtEnd else { return nil }
    return day * 86_400_000
  }

  /// The day of an instant in UTC, `YYYY-MM-DD`.
  ///
  /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
  /// - Returns: nil for years before 1 or after 9999.
  public static func day(_ milliseconds: Int64) -> String? {
    CivilDay.text(milliseconds.flooredQuotient(86_400_000))
  }

  static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
