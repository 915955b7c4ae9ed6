/// How often a duration fell below each of some bounds.
struct Histogram: Sendable, Hashable {
  /// The upper bounds, in seconds and rising; what is above the last one counts in +Inf only.
  let bounds: [Double]
  /// How often a value was at most the bound of the same place, and above the one before; one more for +Inf.
  private(set) var counts: [Int]
  private(set) var sum = 0.0

  /// From what a database next door takes to what a slow JIRA does.
  static let calls = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
  /// From a job that found nothing to do to the deadline of a run.
  static let runs = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]

  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  mutating func observe(_ duration: Duration) {
    let seconds = duration / .seconds(1)
    sum += seconds
    counts[bounds.firstIndex { seconds <= $0 } ?? bounds.count] += 1
  }

  /// How many values there were.
  var count: Int { counts.reduce(0, +) }
}
