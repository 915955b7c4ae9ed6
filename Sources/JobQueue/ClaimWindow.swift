/// How far back a claim has to look for jobs that fell due.
///
/// While some transaction elsewhere keeps vacuum from cleaning up, every claim would walk over all the index entries of jobs
/// that are long done. A claim that came back with fewer jobs than it asked for has dealt with everything that was due; the
/// next one need not look at what fell due before it, apart from a margin for transactions that commit late. What the margin
/// misses, and jobs that were passed over since their key was running, is found by looking all the way back now and then.
struct ClaimWindow: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// How long a transaction may take from enqueuing to its commit and be seen at once.
  static let margin = Duration.seconds(1)
  /// How much longer than others a full scan takes before it counts as expensive.
  static let dear = Duration.milliseconds(1)

  /// Whether full scans cost a good deal more than others: vacuum is held up, and much has run since.
  var isDear: Bool { full.excess > Self.dear }

  private var completeSince: Instant?
  private(set) var full = FullScans(
    every: .seconds(2), everyAtLeast: .seconds(10), patience: 500)

  /// How far back to look, nil for all the way.
  func lookBack(now: Instant) -> Duration? {
    guard let completeSince, !full.areDue(now: now) else { return nil }
    return now - completeSince + Self.margin
  }

  /// A claim came back.
  ///
  /// - Parameters:
  ///   - sentAt: when it was sent.
  ///   - lookBack: how far back it looked.
  ///   - isShort: whether it took all that it found, having had room for more.
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

  /// Work was promised, and a claim with a window found none: says whether to look all the way back for it.
  ///
  /// At once, as long as that is cheap. Where it is dear, the next regular look finds it: a busy worker is promised something with each run that ends.
  ///
  /// - Returns: whether the next claim looks all the way back.
  mutating func looksAgain() -> Bool {
    guard !isDear else { return false }
    reset()
    return true
  }

  /// Something may have been missed: the next claim looks all the way back.
  mutating func reset() {
    full.reset()
  }
}
