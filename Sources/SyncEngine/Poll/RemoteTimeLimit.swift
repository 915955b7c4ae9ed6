import Jira

/// Up to which time a time from JIRA is believed: JIRA's own clock and a few minutes.
///
/// A mark that came from a time far ahead would hide every later change. What lies ahead counts as unknown, which costs a read and hides nothing.
struct RemoteTimeLimit: Sendable, Hashable {
  /// By how much the clocks of JIRA's nodes may differ; not more than a poll overlaps.
  static let margin: Int64 = 300_000

  /// The latest time that is believed, in milliseconds since 1970.
  let latest: Int64

  /// Makes a limit.
  ///
  /// - Parameter now: the time at JIRA in milliseconds since 1970.
  init(now: Int64) { latest = now + Self.margin }

  /// The time, unless it lies ahead.
  func believed(_ time: Int64?) -> Int64? {
    guard let time, time <= latest else { return nil }
    return time
  }

  /// Whether a time lies ahead.
  func isAhead(_ time: Int64?) -> Bool { time.map { $0 > latest } ?? false }
}
