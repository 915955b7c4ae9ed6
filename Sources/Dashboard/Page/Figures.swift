import FoundationEssentials

/// Numbers and times as people read them.
enum Figures {
  /// `12,345`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = ""
    for (place, digit) in digits.enumerated() {
      if place > 0, (digits.count - place) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return number < 0 ? "-\(result)" : result
  }

  /// A length of time in one unit: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 d`.
  static func span(_ seconds: Double) -> String {
    let seconds = max(seconds, 0)
    return switch seconds {
    case ..<0.95: "\((seconds * 10).rounded() / 10) s"
    case ..<120: "\(Int(seconds.rounded())) s"
    case ..<7_200: "\(Int((seconds / 60).rounded())) min"
    case ..<172_800: "\(Int((seconds / 3_600).rounded())) h"
    default: "\(Int((seconds / 86_400).rounded())) d"
    }
  }

  /// `2026-11-24T07:52:11Z`.
  static func instant(_ seconds: Double) -> String {
    Date(timeIntervalSince1970: seconds).ISO8601Format()
  }

  /// `07:52:11`.
  static func clock(_ seconds: Double) -> String {
    String(instant(seconds).dropFirst(11).prefix(8))
  }

  /// An instant, shown by its distance, with the instant itself for machines and for who points at it.
  static func ago(_ time: Double?, now: Double) -> HTML {
    guard let time else { return "<span class=\"dim\">–</span>" }
    let text = time <= now ? "\(span(now - time)) ago" : "in \(span(time - now))"
    return "<time datetime=\"\(instant(time))\" title=\"\(instant(time))\">\(text)</time>"
  }

  /// `28.4 MB`, in the unit that `scripts/bench` has.
  static func megabytes(_ bytes: Int) -> String {
    "\((Double(bytes) / 1_048_576 * 10).rounded() / 10) MB"
  }
}
