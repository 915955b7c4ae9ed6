/// An instant in the calendar of UTC, by arithmetic alone.
struct UTCTime: Sendable, Hashable {
  var year: Int
  /// From 1.
  var month: Int
  /// From 1.
  var day: Int
  var hour: Int
  var minute: Int
  var second: Int
  /// From 0, which is Sunday.
  var weekday: Int

  /// Takes an instant apart.
  ///
  /// - Parameter seconds: since 1970-01-01T00:00:00Z.
  init(_ seconds: Double) {
    let total = Int(seconds.rounded(.down))
    let days = Int((Double(total) / 86_400).rounded(.down))
    let ofDay = total - days * 86_400
    hour = ofDay / 3_600
    minute = ofDay / 60 % 60
    second = ofDay % 60
    // 1970-01-01 was a Thursday.
    weekday = ((days + 4) % 7 + 7) % 7
    // Days since 0000-03-01, in eras of 400 years (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * ofYear + 2) / 153
    day = ofYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// `2026-11-24`.
  var date: String { "\(year)-\(Self.two(month))-\(Self.two(day))" }

  /// `09:05`.
  var clock: String { "\(Self.two(hour)):\(Self.two(minute))" }

  /// As a mail's Date header has it: `Tue, 24 Nov 2026 09:05:00 +0000`.
  ///
  /// https://www.rfc-editor.org/rfc/rfc5322#section-3.3
  var mailDate: String {
    let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return
      "\(days[weekday]), \(day) \(months[month - 1]) \(year) \(clock):\(Self.two(second)) +0000"
  }

  /// For users who read it later: the time alone on the same day, else the date, too.
  ///
  /// - Parameter now: when it is read, in seconds since 1970.
  /// - Returns: `09:05 UTC` or `2026-11-23 09:05 UTC`.
  func text(readAt now: Double) -> String {
    UTCTime(now).date == date ? "\(clock) UTC" : "\(date) \(clock) UTC"
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
