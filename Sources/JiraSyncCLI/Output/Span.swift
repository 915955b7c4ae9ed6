/// Lengths of time as people say them.
enum Span {
  /// A length, roughly: `3 s`, `12 min`, `5 h`, `2 days`.
  static func text(_ seconds: Double) -> String {
    let seconds = abs(seconds)
    return switch seconds {
    case ..<1: "\(Int((seconds * 1000).rounded())) ms"
    case ..<100: "\(Int(seconds.rounded())) s"
    case ..<6_000: "\(Int((seconds / 60).rounded())) min"
    case ..<172_800: "\(Int((seconds / 3_600).rounded())) h"
    default: "\(Int((seconds / 86_400).rounded())) days"
    }
  }

  /// Before or after now: `3 s ago`, `in 5 min`.
  static func relative(_ seconds: Double?) -> String? {
    guard let seconds else { return nil }
    if abs(seconds) < 1 { return "now" }
    return seconds < 0 ? "\(text(seconds)) ago" : "in \(text(seconds))"
  }
}
