/// How far an error reaches, seen from one worker: one call, or everything.
///
/// An outage is recognised by its extent and not by the kind of its error. A failure means nothing while other calls succeed. Where none has
/// for a short time, the simplest calls are tried: only if these fail too, it is about everything.
struct OutageExtent: Sendable, Hashable {
  /// A success counts for so long as the sign that JIRA works, where an answer may well be about one call alone.
  static let fresh = Duration.seconds(2)
  /// The same for errors that a broken JIRA gives: no attempt is to be charged for them.
  static let freshForBroken = Duration.milliseconds(250)
  /// No user hears of an outage that is over sooner.
  static let patience = Duration.seconds(60)

  private var lastSuccess: ContinuousClock.Instant?
  private var outOfReachSince: ContinuousClock.Instant?

  /// A call has succeeded.
  mutating func succeeded(at time: ContinuousClock.Instant) { lastSuccess = time }

  /// The simplest calls were tried and failed.
  mutating func confirmed(at time: ContinuousClock.Instant) {
    if outOfReachSince == nil { outOfReachSince = time }
  }

  /// JIRA can be called again.
  mutating func ended() { outOfReachSince = nil }

  /// Whether a failure has to be looked into: no call has succeeded for a short time.
  ///
  /// - Parameters:
  ///   - isBroken: whether it is an error that says nothing of the call itself.
  ///   - time: when it failed.
  /// - Returns: whether the simplest calls are to be tried.
  func isDoubtful(isBroken: Bool, at time: ContinuousClock.Instant) -> Bool {
    let fresh = isBroken ? Self.freshForBroken : Self.fresh
    return lastSuccess.map { time - $0 > fresh } ?? true
  }

  /// Whether everything has failed for so long that people and the other workers are told.
  func isLasting(at time: ContinuousClock.Instant) -> Bool {
    outOfReachSince.map { time - $0 >= Self.patience } ?? false
  }
}
