/// When a creation without an answer is searched for.
struct LookupSchedule: Sendable, Hashable {
  /// After which times, counted from when it was sent.
  let times: [Duration]

  /// What to do now.
  enum Step: Sendable, Hashable {
    case search
    case wait(Duration)
  }

  /// What to do now.
  ///
  /// - Parameters:
  ///   - done: how often it was searched for.
  ///   - sinceAttempt: how long ago the creation was sent.
  /// - Returns: to search, or how long to wait before.
  func next(lookups done: Int, sinceAttempt: Duration) -> Step {
    guard done < times.count else { return .search }
    let missing = times[done] - sinceAttempt
    return missing <= .zero ? .search : .wait(missing)
  }

  /// How long to wait for the next search.
  ///
  /// - Parameters:
  ///   - done: how often it was searched for, this time included.
  ///   - sinceAttempt: how long ago the creation was sent.
  /// - Returns: the delay.
  func delay(afterLookups done: Int, sinceAttempt: Duration) -> Duration {
    guard case .wait(let delay) = next(lookups: done, sinceAttempt: sinceAttempt) else {
      return .zero
    }
    return delay
  }
}
