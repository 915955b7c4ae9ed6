/// Decides how often to do a full scan, whose cost grows while vacuum is blocked.
///
/// In between are partial scans, whose cost stays the same. The cost is measured, as the shortest of the last three: a
/// single one may have met a busy machine.
struct FullScans: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// How many full scans may follow each other before a partial scan is measured again.
  static let mostInARow = 7

  /// The interval of full scans where they are cheap.
  let every: Duration
  /// The longest interval, however expensive they are.
  let everyAtLeast: Duration
  /// After a full scan, the next one waits this many times its extra cost.
  let patience: Int

  private var last: Instant?
  private var fullTook: [Duration] = []
  private var otherTook = Duration.zero
  private var inARow = 0

  init(every: Duration, everyAtLeast: Duration, patience: Int) {
    self.every = every
    self.everyAtLeast = everyAtLeast
    self.patience = patience
  }

  /// The extra cost: how much longer full scans take than partial ones.
  var excess: Duration { max(.zero, (fullTook.min() ?? .zero) - otherTook) }

  /// The interval at the present cost.
  var interval: Duration { min(max(every, excess * patience), everyAtLeast) }

  /// Whether the next scan has to be a full one.
  ///
  /// - Parameter now: the time.
  /// - Returns: true for the first one, and when the interval is over, unless a partial scan has to be measured again.
  func areDue(now: Instant) -> Bool {
    guard let last else { return true }
    return now - last >= interval && inARow < Self.mostInARow
  }

  /// Records a scan that was answered, or given up.
  ///
  /// - Parameters:
  ///   - isFull: whether it was a full one.
  ///   - sentAt: when it was sent.
  ///   - took: how long that took.
  mutating func scanned(isFull: Bool, sentAt: Instant, took: Duration) {
    if isFull {
      last = sentAt
      fullTook = fullTook.suffix(2) + [took]
      inARow += 1
    } else {
      otherTook = took
      inARow = 0
    }
  }

  /// Makes the next scan a full one, because something may have been missed.
  mutating func reset() { last = nil }
}
