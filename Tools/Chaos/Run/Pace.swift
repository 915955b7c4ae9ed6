/// How long everything lasts.
struct Pace: Sendable {
  /// Changes a second.
  var rate: Int
  /// How long the rate is measured, before and after.
  var measure: Duration
  /// How long the fault strikes.
  var fault: Duration
  /// How long the database is away.
  var outage = Duration.zero
  /// A worker's lease, in seconds.
  var lease: Double
  /// How many workers.
  var workers: Int
  /// The share of the throughput that must come back.
  ///
  /// A short measurement beside other tests is a rough one.
  var mustReach = 0.9

  /// For `scripts/test`.
  static let short = Pace(
    rate: 100, measure: .milliseconds(1_500), fault: .seconds(3), outage: .seconds(4),
    lease: 1, workers: 3, mustReach: 0.5)
  /// With the default lease.
  static let full = Pace(
    rate: 200, measure: .seconds(8), fault: .seconds(25), outage: .seconds(60),
    lease: 8, workers: 4)

  /// The lease as a duration.
  var leaseTime: Duration { .milliseconds(Int(lease * 1_000)) }
}
