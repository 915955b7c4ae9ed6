/// How often something is looked at in whole that costs the more the longer vacuum is held up.
///
/// In between, only a part of it is looked at, which costs the same at any time. What a look costs is measured: the cheapest
/// of three counts, since one alone may have met a busy machine.
struct FullScans: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// How many full scans may follow each other before one at a part says anew what that costs.
  static let mostInARow = 7

  /// How often, where that is cheap.
  let every: Duration
  /// How often at the least, however dear it is.
  let everyAtLeast: Duration
  /// How much longer than what a full look costs more than the others to wait for the next one.
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

  /// How much longer than the others full scans take.
  var excess: Duration { max(.zero, (fullTook.min() ?? .zero) - otherTook) }

  /// How often everything is looked at, as dear as it has become.
  var interval: Duration { min(max(every, excess * patience), everyAtLeast) }

  /// Whether the next look has to be a full one.
  ///
  /// - Parameter now: the time.
  /// - Returns: whether nothing was looked at before, or the interval is over and the comparison is not stale.
  func areDue(now: Instant) -> Bool {
    guard let last else { return true }
    return now - last >= interval && inARow < Self.mostInARow
  }

  /// A look was answered, or given up.
  ///
  /// - Parameters:
  ///   - isFull: whether it was at everything.
  ///   - sentAt: when it was asked for.
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

  /// Something may have been missed: the next look is a full one.
  mutating func reset() { last = nil }
}
