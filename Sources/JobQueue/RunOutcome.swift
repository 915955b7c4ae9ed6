/// One run of one job that has ended, as an observer of the worker sees it.
public struct RunOutcome: Sendable {
  /// The job.
  public let job: Job
  /// How the run ended.
  public let settlement: Settlement
  /// From the claim to the settlement.
  public let duration: Duration
}
