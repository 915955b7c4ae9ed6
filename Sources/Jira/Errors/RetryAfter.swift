/// When JIRA says that a call may be tried again.
public struct RetryAfter: Sendable, Hashable {
  /// Where the time came from.
  public enum Source: String, Sendable, Hashable {
    /// `Retry-After` with a number of seconds.
    case seconds
    /// `Retry-After` with a date.
    case date
    /// `X-RateLimit-Reset`, when there is no `Retry-After`.
    case reset
    /// The fleet's own budget, or what JIRA told another worker.
    case fleet
  }

  /// The longest time that is believed unless it is configured otherwise: after an hour, it is tried again.
  public static let standardLimit = Duration.seconds(3_600)

  /// What is shorter is no time to wait for: JIRA says 0, or a time that is over, and refuses the next call as well.
  public static let shortest = Duration.seconds(1)

  /// How long to wait from when the answer came, in milliseconds, from 0 to the limit.
  public var milliseconds: Int64
  /// Where the time came from.
  public var source: Source

  /// How long to wait from when the answer came.
  public var delay: Duration { .milliseconds(milliseconds) }

  /// Describes a waiting time, brought between 0 and the limit.
  ///
  /// - Parameters:
  ///   - milliseconds: how long to wait.
  ///   - source: where the time came from.
  ///   - limit: the longest time that is believed.
  public init(milliseconds: Int64, source: Source, limit: Duration = Self.standardLimit) {
    self.milliseconds = min(max(milliseconds, 0), limit.wholeMilliseconds)
    self.source = source
  }

  /// Reads an answer's headers; nil where none of them names a time.
  ///
  /// - Parameters:
  ///   - retryAfter: the header `Retry-After`: seconds or an HTTP date.
  ///   - reset: the header `X-RateLimit-Reset`: an instant in ISO 8601, or seconds since 1970.
  ///   - date: the header `Date`, which dates are compared with, as the two clocks may differ.
  ///   - now: the time here in milliseconds since 1970, for an answer without `Date`.
  ///   - limit: the longest time that is believed.
  public init?(
    retryAfter: String?, reset: String?, date: String?, now: Int64,
    limit: Duration = Self.standardLimit
  ) {
    let answered = date.flatMap(HTTPDate.parse) ?? now
    if let text = retryAfter?.trimmingBlanks(), !text.isEmpty {
      if let seconds = Double(text), seconds.isFinite {
        let bounded = min(max(seconds, 0), limit / .seconds(1))
        self.init(
          milliseconds: Int64((bounded * 1_000).rounded(.up)), source: .seconds, limit: limit)
        return
      }
      if let instant = HTTPDate.parse(text) ?? JiraTimestamp.parse(text) {
        self.init(milliseconds: instant.difference(from: answered), source: .date, limit: limit)
        return
      }
    }
    guard let text = reset?.trimmingBlanks() else { return nil }
    if let instant = JiraTimestamp.parse(text) ?? HTTPDate.parse(text) {
      self.init(milliseconds: instant.difference(from: answered), source: .reset, limit: limit)
    } else if let seconds = Int64(text), (1_000_000_000..<100_000_000_000).contains(seconds) {
      self.init(
        milliseconds: (seconds * 1_000).difference(from: answered), source: .reset, limit: limit)
    } else {
      return nil
    }
  }
}

extension Duration {
  fileprivate var wholeMilliseconds: Int64 { Int64((self / .milliseconds(1)).rounded(.down)) }
}

extension Int64 {
  fileprivate func difference(from other: Int64) -> Int64 {
    let (result, overflow) = subtractingReportingOverflow(other)
    return overflow ? 0 : result
  }
}
