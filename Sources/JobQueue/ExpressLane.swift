/// Decides when mass edits are put behind single ones, and when single edits are searched for while mass work has all slots.
struct ExpressLane: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// The interval of searches.
  static let interval = Duration.milliseconds(500)
  /// How many single edits are taken at a time beside what runs.
  static let limit = 50
  /// How many runs may go on beside the others.
  static let runs = 2
  /// How far back a search goes: the claim for the next free slot finds older ones.
  static let lookBack = Duration.seconds(30)

  private var searchedAt: Instant?
  private var deferredAt: Instant?
  /// Whether more may wait than one claim takes.
  private var mayBeMany = true

  /// When to search for single edits; nil where nothing keeps them from a slot.
  ///
  /// - Parameters:
  ///   - hasFreeSlot: whether the next claim takes them anyway.
  ///   - massRuns: how many runs of mass work go on.
  ///   - runsBeside: how many runs of single edits go on beside them.
  ///   - now: the time.
  /// - Returns: the time, which may have passed.
  func nextSearch(hasFreeSlot: Bool, massRuns: Int, runsBeside: Int, now: Instant) -> Instant? {
    guard !hasFreeSlot, massRuns > 0, runsBeside < Self.runs else { return nil }
    return searchedAt.map { max(now, $0 + Self.interval) } ?? now
  }

  /// A search for single edits begins.
  mutating func searches(now: Instant) { searchedAt = now }

  /// A claim came back.
  ///
  /// - Parameter isFull: whether it took as much as it asked for.
  mutating func claimed(isFull: Bool) { mayBeMany = isFull }

  /// Whether to put mass edits behind single ones before the next claim.
  func isDeferringDue(now: Instant) -> Bool {
    mayBeMany && deferredAt.map { now - $0 >= Self.interval } ?? true
  }

  /// Mass edits were put behind single ones.
  mutating func deferred(now: Instant) { deferredAt = now }
}
