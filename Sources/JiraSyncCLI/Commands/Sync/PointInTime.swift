import Postgres

/// A point in time as people write it: a day, an instant, or a length of time before now.
enum PointInTime: Sendable, Hashable {
  /// What the database reads as a `timestamptz`; UTC where it names no zone.
  case instant(String)
  /// So many seconds before now.
  case ago(Int)

  /// Reads a text.
  ///
  /// - Parameter text: `2026-11-24`, `2026-11-24T08:00:00Z`, `2026-11-24T08:00:00+01:00`, `90s`, `30m`, `2h`, `7d`.
  init?(_ text: String) {
    if let match = text.wholeMatch(of: /(\d{1,7})(s|m|h|d)/), let count = Int(match.1) {
      let unit = ["s": 1, "m": 60, "h": 3_600, "d": 86_400][String(match.2)] ?? 1
      guard count * unit <= Self.longest else { return nil }
      self = .ago(count * unit)
      return
    }
    guard
      let match = text.wholeMatch(
        of:
          /(\d{4})-(\d{2})-(\d{2})([T ](\d{2}):(\d{2})(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?/),
      let year = Int(match.1), let month = Int(match.2), let day = Int(match.3),
      (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day),
      year > 0, Int(match.5 ?? "0") ?? 24 < 24, Int(match.6 ?? "0") ?? 60 < 60,
      Int(match.7?.dropFirst().prefix(2) ?? "0") ?? 60 < 60
    else { return nil }
    self = .instant(match.9 == nil ? text + (match.4 == nil ? "T00:00Z" : "Z") : text)
  }

  /// A hundred years, in seconds: more is a mistake.
  private static let longest = 3_155_760_000

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 4, 6, 9, 11: 30
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    default: 31
    }
  }

  /// The expression for the database.
  var sql: SQL {
    switch self {
    case .instant(let text): "\(text)::timestamptz"
    case .ago(let seconds): "clock_timestamp() - make_interval(secs => \(seconds))"
    }
  }
}
