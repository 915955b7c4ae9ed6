/// The lease of a run is over: another worker may have its jobs, so the work is dropped.
public struct LeaseLost: Error, Sendable, CustomStringConvertible {
  /// The jobs that are lost; empty where all of the run are.
  public let jobs: [Int64]

  /// What was lost, for the log.
  public var description: String {
    jobs.isEmpty
      ? "the lease was not renewed in time; the work is dropped"
      : "the lease on \(jobs.count == 1 ? "job" : "jobs") "
        + jobs.map(String.init).joined(separator: ", ") + " was lost; the work is dropped"
  }
}
