/// When a creation without an answer is looked for.
struct LookSchedule: Sendable, Hashable {
  /// After which times, counted from when it was sent.
  let looks: [Duration]

  /// What to do now.
  enum Step: Sendable, Hashable {
    case look
    case wait(Duration)
  }

  /// What to do now.
  ///
  /// - Parameters:
  ///   - done: how often it was looked for.
  ///   - sinceAttempt: how long ago the creation was sent.
  /// - Returns: to look, or how long to wait before.
  func next(looks done: Int, sinceAttempt: Duration) -> Step {
    guard done < looks.count else { return .look }
    let missing = looks[done] - sinceAttempt
    return missing <= .zero ? .look : .wait(missing)
  }

  /// How long to wait for the next look.
  ///
  /// - Parameters:
  ///   - done: how often it was looked for, this time included.
  ///   - sinceAttempt: how long ago the creation was sent.
  /// - Returns: the delay.
  func delay(afterLooks done: Int, sinceAttempt: Duration) -> Duration {
    guard case .wait(let delay) = next(looks: done, sinceAttempt: sinceAttempt) else {
      return .zero
    }
    return delay
  }
}
