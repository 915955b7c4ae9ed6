/// How a worker behaves.
public struct WorkerOptions: Sendable {
  /// How many runs, of up to a hundred jobs each, go on at a time.
  public var concurrency: Int
  /// How long a lease lasts without a heartbeat.
  public var lease: Duration
  /// How often an idle worker asks the database whether it missed something.
  public var idleHeartbeat: Duration
  /// How long one run may take.
  public var runDeadline: Duration
  /// How long running jobs may go on after the worker was told to stop.
  public var stopDeadline: Duration
  /// How long taking leave of the database may take, once nothing runs any more.
  public var leavePatience: Duration
  /// How failed runs are spaced.
  public var retry: RetryPolicy
  /// How long after a claim the next one comes while jobs keep coming, so that they are taken together.
  public var claimSpacing: Duration
  /// Ends when nothing runs and nothing falls due within this time; nil runs for ever.
  public var drainsWithin: Duration?
  /// How long a draining worker tries to reach the database.
  public var drainPatience: Duration
  /// Whether it takes its part in `jira_sync.schedules`; one that drains must not.
  public var keepsSchedules: Bool
  /// Schedules that a file asks for, by name: a period or five cron fields each.
  ///
  /// What a person set stays.
  public var schedules: [String: String] = [:]

  /// Describes a worker.
  public init(
    concurrency: Int = 4, lease: Duration = .seconds(8), idleHeartbeat: Duration = .seconds(6),
    runDeadline: Duration = .seconds(120), stopDeadline: Duration = .seconds(10),
    leavePatience: Duration = .seconds(2), retry: RetryPolicy = RetryPolicy(),
    claimSpacing: Duration = .milliseconds(10),
    drainsWithin: Duration? = nil, drainPatience: Duration = .seconds(8),
    keepsSchedules: Bool = false
  ) {
    self.concurrency = concurrency
    self.lease = lease
    self.idleHeartbeat = idleHeartbeat
    self.runDeadline = runDeadline
    self.stopDeadline = stopDeadline
    self.leavePatience = leavePatience
    self.retry = retry
    self.claimSpacing = claimSpacing
    self.drainsWithin = drainsWithin
    self.drainPatience = drainPatience
    self.keepsSchedules = keepsSchedules
  }

  /// How often leases are renewed while any are held.
  var heartbeat: Duration { lease / 4 }
}

/// Why a worker ended, where nothing failed.
public enum WorkerEnd: Sendable, Hashable {
  /// It was told to stop.
  case stopped
  /// Nothing is left to do.
  case drained
  /// The queue is paused, so draining cannot go on.
  case paused(reason: String)
  /// The work needs something that cannot be reached now.
  case closed(reason: String)
}

extension Duration {
  /// The length in seconds, as the database takes it.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
