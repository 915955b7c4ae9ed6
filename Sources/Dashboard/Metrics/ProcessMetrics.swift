import FoundationEssentials
import JobQueue
import Locks

/// What this process counts while it works: jobs by how they ended, calls to JIRA, and what happened in the last hour.
///
/// A label takes a value only from what the program itself knows (kinds, outcomes, endpoints as templates, statuses), so
/// that the number of series is bounded.
public final class ProcessMetrics: Sendable {
  /// How a job's run ended.
  struct Ending: Hashable, Sendable {
    let kind: String
    let outcome: String
  }

  /// What a call came to.
  struct CallResult: Hashable, Sendable {
    let endpoint: String
    let result: String
  }

  /// One minute of the last hour.
  struct Minute: Sendable, Hashable {
    var done = 0
    var failed = 0
  }

  /// Everything that was counted.
  struct Counts: Sendable {
    var jobsEnded: [Ending: Int] = [:]
    var runDurations: [String: Histogram] = [:]
    var calls: [CallResult: Int] = [:]
    var callDurations: [String: Histogram] = [:]
    var waits = Histogram(bounds: Histogram.calls)
    var minutes = [Minute](repeating: Minute(), count: 60)
    var currentMinute: Int
  }

  /// When the process began to count, in seconds since 1970.
  let startedAt: Double
  private let origin: ContinuousClock.Instant
  private let state: Lock<Counts>

  /// Begins to count.
  public init() {
    startedAt = Date().timeIntervalSince1970
    origin = .now
    state = Lock(Counts(currentMinute: 0))
  }

  /// How long it has been counting.
  var uptime: Duration { .now - origin }

  /// A run of a job has ended.
  ///
  /// - Parameter outcome: how.
  public func ended(_ outcome: RunOutcome) {
    let name = outcome.settlement.outcome
    let minute = Int(uptime / .seconds(60))
    state.withLock { counts in
      counts.jobsEnded[Ending(kind: outcome.job.kind, outcome: name), default: 0] += 1
      counts.runDurations[outcome.job.kind, default: Histogram(bounds: Histogram.runs)]
        .observe(outcome.duration)
      Self.move(&counts, to: minute)
      switch outcome.settlement {
      case .done: counts.minutes[minute % 60].done += 1
      case .refused, .retry, .dead: counts.minutes[minute % 60].failed += 1
      case .postponed, .returned, .cancelled: break
      }
    }
  }

  /// A call waited for its turn.
  ///
  /// - Parameter duration: how long.
  public func waited(_ duration: Duration) { state.withLock { $0.waits.observe(duration) } }

  /// A call is over.
  ///
  /// - Parameters:
  ///   - endpoint: verb and path template.
  ///   - result: the status, or the kind of failure.
  ///   - duration: from sending to the answer.
  public func called(endpoint: String, result: String, duration: Duration) {
    state.withLock { counts in
      counts.calls[CallResult(endpoint: endpoint, result: result), default: 0] += 1
      counts.callDurations[endpoint, default: Histogram(bounds: Histogram.calls)].observe(duration)
    }
  }

  /// What was counted so far.
  var counts: Counts {
    let minute = Int(uptime / .seconds(60))
    return state.withLock { counts in
      Self.move(&counts, to: minute)
      return counts
    }
  }

  /// The minutes since the last one that was counted in begin at nought.
  private static func move(_ counts: inout Counts, to minute: Int) {
    guard minute > counts.currentMinute else { return }
    for passed in max(counts.currentMinute + 1, minute - 59)...minute {
      counts.minutes[passed % 60] = Minute()
    }
    counts.currentMinute = minute
  }
}

extension ProcessMetrics.Counts {
  /// The last hour, the present minute last.
  var lastHour: [ProcessMetrics.Minute] {
    (0..<60).map { minutes[(currentMinute + 1 + $0) % 60] }
  }
}
