/// What happens to a worker from outside its loop.
enum WorkerEvent: Sendable {
  /// Work may have come.
  case notified
  /// The connection that notifications come by is a new one.
  case reconnected
  /// A person took running jobs back; which, the next heartbeat says.
  case cancelRequested
  /// A heartbeat was answered.
  case heartbeat(Heartbeat)
  /// A lease of another worker should have ended by now.
  case rescueDue
  /// A run is over.
  case runEnded
  /// The worker was told to stop, or to hurry.
  case stopping
  /// The time that the loop waited for has come.
  case timer
}
