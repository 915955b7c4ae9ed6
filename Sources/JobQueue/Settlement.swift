/// How a run of a job ends.
public enum Settlement: Sendable, Hashable {
  /// The work is done; the job leaves the queue.
  case done
  /// Trying again as it is would be of no use; the job leaves the queue.
  case refused(String)
  /// The attempt failed and is charged; tried again after the delay, or dead when attempts are used up.
  case retry(String, after: Duration)
  /// The job has to wait through no fault of its own; no attempt is charged.
  case postponed(String, after: Duration)
  /// The worker gives the job back unharmed, to be run at once elsewhere.
  case returned
  /// A person took the job back.
  case cancelled
  /// Given up, to be looked at by a person.
  case dead(String)

  /// The outcome in `job_history`.
  public var outcome: String {
    switch self {
    case .done: "done"
    case .refused: "refused"
    case .retry: "retry"
    case .postponed, .returned: "returned"
    case .cancelled: "cancelled"
    case .dead: "dead"
    }
  }

  /// What is recorded as the error.
  var error: String? {
    switch self {
    case .done, .returned: nil
    case .cancelled: "cancelled by hand"
    case .refused(let text), .dead(let text): text
    case .retry(let text, after: _), .postponed(let text, after: _): text
    }
  }

  /// How long the job waits before it is due again, in seconds.
  var delay: Double {
    switch self {
    case .retry(_, after: let delay), .postponed(_, after: let delay): delay.inSeconds
    case .done, .refused, .returned, .cancelled, .dead: 0
    }
  }

  /// Whether the attempt counts against `max_attempts`.
  var isCharged: Bool {
    switch self {
    case .postponed, .returned, .cancelled: false
    case .done, .refused, .retry, .dead: true
    }
  }
}

/// One run of one job that has ended, as an observer of the worker sees it.
public struct RunOutcome: Sendable {
  /// The job.
  public let job: Job
  /// How the run ended.
  public let settlement: Settlement
  /// From the claim to the settlement.
  public let duration: Duration
}
