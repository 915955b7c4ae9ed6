/// A date and a time of day, of no zone.
struct CivilTime: Sendable, Hashable {
  var year: Int
  var month: Int
  var day: Int
  var hour = 0
  var minute = 0
  var second = 0
  var millisecond = 0

  /// A local time; nil where there is no such day or time.
  init?(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
    millisecond: Int = 0
  ) {
    guard (1...9999).contains(year), (1...12).contains(month),
      (1...CivilTime.days(inMonth: month, of: year)).contains(day), (0...23).contains(hour),
      (0...59).contains(minute), (0...59).contains(second), (0...999).contains(millisecond)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.millisecond = millisecond
  }

  /// The time so many milliseconds after 1970-01-01 00:00.
  init(millisecondsOfDayLine line: Int64) {
    let dayNumber = Int((Double(line) / 86_400_000).rounded(.down))
    let rest = Int(line - Int64(dayNumber) * 86_400_000)
    // Howard Hinnant's civil_from_days: http://howardhinnant.github.io/date_algorithms.html
    let shifted = dayNumber + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3_600_000
    minute = rest / 60_000 % 60
    second = rest / 1000 % 60
    millisecond = rest % 1000
  }

  /// Days since 1970-01-01.
  var dayNumber: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Milliseconds since 1970-01-01 00:00 on this clock.
  var millisecondsOfDayLine: Int64 {
    let seconds = (hour * 60 + minute) * 60 + second
    return Int64(dayNumber) * 86_400_000 + Int64(seconds) * 1000 + Int64(millisecond)
  }

  /// The same day at midnight.
  var startOfDay: CivilTime {
    var copy = self
    (copy.hour, copy.minute, copy.second, copy.millisecond) = (0, 0, 0, 0)
    return copy
  }

  /// `2026-09-27`.
  var dayText: String {
    String(repeating: "0", count: max(0, 4 - String(year).count))
      + "\(year)-\(twoDigits(month))-\(twoDigits(day))"
  }

  /// `2026-09-27T10:03:11.123`.
  var isoText: String {
    let fraction = String(1000 + millisecond).dropFirst()
    return "\(dayText)T\(twoDigits(hour)):\(twoDigits(minute)):\(twoDigits(second)).\(fraction)"
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
