/// A length of time as people write it: `90s`, `15m`, `1h`, `7d`.
public enum TimeSpan {
  /// Reads one.
  ///
  /// - Parameter text: a whole number and a unit: s, m, h, d or w.
  /// - Returns: nil where it is none, is zero, or is longer than ten years.
  public static func parse(_ text: String) -> Duration? {
    guard let unit = text.last, let count = Int64(text.dropLast()), count > 0,
      let seconds = ["s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800][unit] as Int64?
    else { return nil }
    let (total, overflow) = count.multipliedReportingOverflow(by: seconds)
    guard !overflow, total <= 3_650 * 86_400 else { return nil }
    return .seconds(total)
  }

  /// Writes one in its largest whole unit.
  ///
  /// - Parameter duration: the length, in whole seconds.
  /// - Returns: a text that `parse` reads.
  public static func text(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "m")] as [(Int64, String)]
    where seconds % unit == 0 && seconds > 0 {
      return "\(seconds / unit)\(name)"
    }
    return "\(seconds)s"
  }
}
