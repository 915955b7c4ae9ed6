/// How long a failed job waits before it is tried again.
public struct RetryPolicy: Sendable, Hashable {
  /// The delay after the first failure.
  public var base: Duration
  /// No delay is longer.
  public var cap: Duration
  /// The share by which a delay varies up and down, so that jobs which failed together do not come back together.
  public var jitter: Double

  /// Describes a policy of exponential delays with jitter.
  ///
  /// - Parameters:
  ///   - base: the delay after the first failure.
  ///   - cap: the longest delay.
  ///   - jitter: the share, from 0 to 1, by which each delay varies.
  public init(base: Duration = .seconds(2), cap: Duration = .seconds(600), jitter: Double = 0.3) {
    self.base = base
    self.cap = cap
    self.jitter = jitter
  }

  /// The delay before the next attempt.
  ///
  /// - Parameters:
  ///   - attempt: the attempt that failed, from 1.
  ///   - random: a number from 0 to 1 that places the delay within its jitter.
  /// - Returns: the delay.
  public func delay(afterAttempt attempt: Int, random: Double = .random(in: 0...1)) -> Duration {
    // 2^20 times any sensible base is past any cap; more would overflow.
    let factor = Double(1 << min(max(attempt - 1, 0), 20))
    let plain = min(base.inSeconds * factor, cap.inSeconds)
    return .seconds(plain * (1 - jitter + 2 * jitter * random))
  }
}
