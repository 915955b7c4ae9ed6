/// How much an event matters.
public enum Severity: String, Sendable, Hashable, CaseIterable, Comparable {
  /// Good to know.
  case info
  /// A user should look at it.
  case warning
  /// Something does not work until a user acts.
  case error

  /// Whether one matters less than the other.
  public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .info: 0
    case .warning: 1
    case .error: 2
    }
  }
}
