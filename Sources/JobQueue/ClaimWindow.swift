/// How far back a claim searches for jobs that fell due.
///
/// A long transaction elsewhere keeps vacuum from removing the index entries of finished jobs, and every claim would read
/// all of them. A claim that returned fewer jobs than it asked for has taken everything that was due. So the next one skips
/// what fell due before it, apart from a margin for transactions that commit late. Full scans find what the margin misses,
/// and jobs that were skipped because their key was running.
struct ClaimWindow: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// How long a transaction may take from enqueuing to its commit, if its jobs are to be found at once.
  static let margin = Duration.seconds(1)
  /// How much longer than others a full scan takes before it counts as expensive.
  static let expensive = Duration.milliseconds(1)

  /// Whether full scans cost much more than others, because vacuum is blocked.
  var isExpensive: Bool { full.excess > Self.expensive }

  private var completeSince: Instant?
  private(set) var full = FullScans(
    every: .seconds(2), everyAtLeast: .seconds(10), patience: 500)

  /// How far back to search; nil for a full scan.
  func lookBack(now: Instant) -> Duration? {
    guard let completeSince, !full.areDue(now: now) else { return nil }
    return now - completeSince + Self.margin
  }

  /// A claim came back.
  ///
  /// - Parameters:
  ///   - sentAt: when it was sent.
  ///   - lookBack: how far back it searched.
  ///   - isShort: whether it found fewer jobs than it asked for.
  ///   - took: how long the answer took.
  mutating func claimed(sentAt: Instant, lookBack: Duration?, isShort: Bool, took: Duration) {
    full.scanned(isFull: lookBack == nil, sentAt: sentAt, took: took)
    if isShort {
      completeSince = sentAt
    } else if lookBack == nil {
      // There is more, of any age.
      completeSince = nil
    }
  }

  /// Decides whether to scan fully: the worker was notified, but a claim with a window found nothing.
  ///
  /// A busy worker gets a notification after every run. So where a full scan is expensive, the next regular one has to do.
  ///
  /// - Returns: whether the next claim is a full scan.
  mutating func scansAgain() -> Bool {
    guard !isExpensive else { return false }
    reset()
    return true
  }

  /// Makes the next claim a full scan, because something may have been missed.
  mutating func reset() {
    full.reset()
  }
}
