/// Why a worker ended, where nothing failed.
public enum WorkerEnd: Sendable, Hashable {
  /// It was told to stop.
  case stopped
  /// Nothing is left to do.
  case drained
  /// The queue is paused, so draining cannot go on.
  case paused(reason: String)
  /// The work needs something that cannot be reached at the moment.
  case closed(reason: String)
}
