import FoundationEssentials
import Locks

/// The clock of a JIRA site, as its answers tell it.
///
/// All copies of a client share one. Times that JIRA tells of issues are compared with it, never with the clock of this machine alone.
public final class SiteClock: Sendable {
  private struct Offsets {
    /// By the header `Date` of the latest answer, in milliseconds.
    var answered: Int64?
    /// By the latest `serverTime`.
    var told: Int64?
  }

  private let offsets = Lock(Offsets())

  /// Makes a clock that goes like this machine's until JIRA has answered.
  public init() {}

  /// The time at JIRA in milliseconds since 1970.
  ///
  /// Where a proxy sets `Date` by its own clock, the later one counts: a time is refused only where both say that it lies ahead.
  public var now: Int64 {
    offsets.withLock { offsets in
      Self.local + ([offsets.answered, offsets.told].compactMap(\.self).max() ?? 0)
    }
  }

  /// An answer has come.
  ///
  /// - Parameter date: its header `Date`.
  func answered(at date: String?) {
    guard let instant = date.flatMap(HTTPDate.parse) else { return }
    offsets.withLock { $0.answered = instant - Self.local }
  }

  /// The site has told its time.
  ///
  /// - Parameter instant: milliseconds since 1970.
  func told(_ instant: Int64) { offsets.withLock { $0.told = instant - Self.local } }

  private static var local: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}
