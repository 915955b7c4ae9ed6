/// How long to wait before the next attempt to connect: exponential with full jitter, so that a fleet does not come back as one wave.
public struct ReconnectBackoff: Sendable, Hashable {
  /// The longest first delay.
  public let base: Duration
  /// The longest delay of all.
  public let cap: Duration
  /// Failures in a row.
  public private(set) var failures = 0

  /// Starts without failures.
  ///
  /// - Parameters:
  ///   - base: the longest first delay.
  ///   - cap: the longest delay of all.
  public init(base: Duration = .milliseconds(100), cap: Duration = .seconds(5)) {
    self.base = base
    self.cap = cap
  }

  /// The longest that the next delay can be.
  public var ceiling: Duration {
    // 2^20 times the base is beyond any cap; a larger shift would overflow.
    min(cap, base * (1 << min(max(failures - 1, 0), 20)))
  }

  /// Counts an attempt that failed.
  ///
  /// - Parameter generator: where the jitter comes from.
  /// - Returns: how long to wait, anything from nothing to the ceiling.
  public mutating func failed(using generator: inout some RandomNumberGenerator) -> Duration {
    failures += 1
    return ceiling * Double.random(in: 0...1, using: &generator)
  }

  /// Counts a connection that was lost.
  ///
  /// One that had lived longer than the cap was a good one, and counting begins anew; a server that accepts and drops at once does not get a storm.
  ///
  /// - Parameters:
  ///   - lifetime: how long the connection had been open.
  ///   - generator: where the jitter comes from.
  /// - Returns: how long to wait.
  public mutating func lost(
    after lifetime: Duration, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    if lifetime >= cap { failures = 0 }
    return failed(using: &generator)
  }
}
