import Logging

/// Says once that something is out of reach, and once that it is back.
struct Troubles: Sendable {
  private var since: [String: ContinuousClock.Instant] = [:]

  /// Something failed; said only when it did not before.
  ///
  /// - Returns: since when it fails.
  mutating func began(
    _ what: String, error: any Error, logger: Logger
  ) -> ContinuousClock.Instant {
    if let since = since[what] { return since }
    let now = ContinuousClock.now
    since[what] = now
    logger.error("\(what) is in trouble, will keep trying: \(error)")
    return now
  }

  /// It works.
  mutating func ended(_ what: String, logger: Logger) {
    guard let began = since.removeValue(forKey: what) else { return }
    logger.notice("\(what) is back after \(ContinuousClock.now - began)")
  }
}
