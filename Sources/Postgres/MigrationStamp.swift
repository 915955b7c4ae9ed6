/// A second of the calendar (UTC), as the 14 digits that the names of migrations begin with.
///
/// Kept as seconds since 1970, so that adding one is correct at the end of a minute, a month and a leap year.
public struct MigrationStamp: Sendable, Hashable, Comparable {
  private let seconds: Int

  /// A second.
  ///
  /// - Parameter seconds: since 1970, as the system's clock counts them.
  public init(secondsSince1970 seconds: Int) { self.seconds = seconds }

  /// The latest second that is not after these digits, which need not be a time: `20260231000000` is the last second of February.
  ///
  /// - Parameter digits: `YYYYMMDDHHMMSS`.
  init?(_ digits: some StringProtocol) {
    guard digits.utf8.count == 14, digits.utf8.allSatisfy({ (48...57).contains($0) }),
      let number = Int(digits)
    else { return nil }
    let year = number / 10_000_000_000
    let month = number / 100_000_000 % 100
    let day = number / 1_000_000 % 100
    let hour = number / 10_000 % 100
    let minute = number / 100 % 100
    let second = number % 100
    let end = 86_399
    if month == 0 {
      seconds = Self.days(year - 1, 12, 31) * 86_400 + end
    } else if month > 12 {
      seconds = Self.days(year, 12, 31) * 86_400 + end
    } else if day == 0 {
      seconds = Self.days(year, month, 1) * 86_400 - 1
    } else if day > Self.length(of: month, in: year) {
      seconds = Self.days(year, month, Self.length(of: month, in: year)) * 86_400 + end
    } else {
      let start = Self.days(year, month, day) * 86_400
      if hour > 23 {
        seconds = start + end
      } else if minute > 59 {
        seconds = start + hour * 3_600 + 3_599
      } else {
        seconds = start + hour * 3_600 + minute * 60 + min(second, 59)
      }
    }
  }

  /// The next second.
  public var successor: MigrationStamp { MigrationStamp(secondsSince1970: seconds + 1) }

  /// The 14 digits; nil after the year 9999.
  public var digits: String? {
    let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    let rest = seconds - day * 86_400
    // Howard Hinnant's civil_from_days: eras of 400 years that begin on 1 March.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    guard (0...9_999).contains(year) else { return nil }
    return Self.padded(year, 4) + Self.padded(month, 2) + Self.padded(dayOfMonth, 2)
      + Self.padded(rest / 3_600, 2) + Self.padded(rest / 60 % 60, 2) + Self.padded(rest % 60, 2)
  }

  /// Whether one is earlier.
  public static func < (left: MigrationStamp, right: MigrationStamp) -> Bool {
    left.seconds < right.seconds
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }

  private static func length(of month: Int, in year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
    default: 31
    }
  }

  /// Howard Hinnant's days_from_civil: days since 1970.
  private static func days(_ civilYear: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? civilYear - 1 : civilYear
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
