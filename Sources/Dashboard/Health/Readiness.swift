import JobQueue

/// Whether a worker can be relied on at the moment, and if not, why; a decision without any I/O.
///
/// Ready means: it has registered, its claim loop goes on, and the database has answered on both of its connections. A
/// queue that is paused and a JIRA that cannot be called are no fault of the worker: they are said, and it stays ready.
public struct Readiness: Sendable, Hashable {
  /// What keeps it from being ready; empty where it is.
  public let reasons: [String]
  /// What one should know although it is ready.
  public let notes: [String]

  /// Whether it can be relied on.
  public var isReady: Bool { reasons.isEmpty }

  /// An idle worker hears of the database every six seconds, so this is more than two of these.
  public static let patience = Duration.seconds(15)

  /// Decides.
  ///
  /// - Parameters:
  ///   - vitals: how the worker is doing.
  ///   - closedReason: why JIRA cannot be called; nil where it can.
  ///   - now: the time.
  ///   - patience: how long without a sign of life is too long.
  public init(
    _ vitals: WorkerVitals.Reading, closedReason: String? = nil, now: ContinuousClock.Instant,
    patience: Duration = Readiness.patience
  ) {
    var reasons: [String] = []
    switch vitals.phase {
    case .starting: reasons.append("the worker is starting")
    case .working: break
    case .stopping: reasons.append("the worker is stopping: it claims nothing more")
    case .ended: reasons.append("the worker has ended")
    }
    let connections = [
      ("", vitals.statements), (" on the connection of the heartbeat", vitals.heartbeat),
    ]
    for (name, connection) in connections {
      if let trouble = connection.trouble {
        reasons.append(
          "the database cannot be used\(name) since \(Self.seconds(now - trouble.since)): "
            + trouble.text)
      }
    }
    if vitals.phase == .working {
      if let answeredAt = vitals.heartbeat.answeredAt {
        if vitals.heartbeat.trouble == nil, now - answeredAt > patience {
          reasons.append(
            "the database was last reached \(Self.seconds(now - answeredAt)) ago")
        }
      } else if vitals.heartbeat.trouble == nil {
        reasons.append("the heartbeat has not been answered yet")
      }
      let turnedAt = vitals.turnedAt ?? vitals.startedAt
      if now - turnedAt > patience {
        reasons.append(
          "the claim loop has not moved for \(Self.seconds(now - turnedAt)): \(vitals.doing)")
      }
    }
    self.reasons = reasons
    var notes: [String] = []
    if vitals.isPaused { notes.append("the queue is paused") }
    if let closedReason { notes.append("nothing that calls JIRA is claimed: \(closedReason)") }
    self.notes = notes
  }

  private static func seconds(_ duration: Duration) -> String {
    "\(max(duration.components.seconds, 0)) s"
  }
}
