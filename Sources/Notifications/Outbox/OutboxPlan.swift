import SyncConfiguration

/// Decides what a channel is told now, and when to look again; without any I/O.
///
/// - The first message of a cause goes out at once. More of the same is counted and told once in a digest interval.
/// - That a cause has gone is told where the cause was.
/// - A cause that comes and goes all the time is told like more of the same.
/// - Different causes of one kind that follow each other within a short while are told together.
struct OutboxPlan: Sendable, Hashable {
  /// How a channel wants to be told.
  struct Manner: Sendable, Hashable {
    /// How long more of the same is collected.
    var digest: Double = 3_600
    /// At most one message of a kind in this time; more than the minute for which a draining worker waits.
    var gap: Double = 90
    /// Whether each issue is told for itself, and nothing twice: comments of JIRA.
    var byIssue = false
    /// A cause that was silent for so long is told as a new one.
    var memory: Double = 86_400
    /// How often a cause may come and go within a digest interval before it is told like more of the same.
    var patience = 3
  }

  /// What to tell, in this order.
  private(set) var drafts: [Draft] = []
  /// Causes of which nothing has to be said.
  private(set) var silent: [Cause] = []
  /// When to look again, in seconds since 1970; nil where nothing waits.
  private(set) var wakeAt: Double?

  private let now: Double
  private let manner: Manner

  /// Makes the plan.
  ///
  /// - Parameters:
  ///   - causes: those with something that was not told yet.
  ///   - told: when the channel last got a message of a kind.
  ///   - now: the time of the database.
  ///   - manner: how the channel wants to be told.
  init(causes: [Cause], told: [Gate: Double], now: Double, manner: Manner) {
    self.now = now
    self.manner = manner
    var parts: [(gate: Gate, part: Draft.Part)] = []
    for cause in causes {
      for stage in stages(of: cause) {
        let gate = Gate(kind: cause.kind, resolves: stage == .resolved)
        parts.append((gate, Draft.Part(cause: cause, stage: stage)))
      }
    }
    if manner.byIssue {
      drafts = parts.map { Draft(gate: $0.gate, parts: [$0.part]) }
    } else {
      gather(parts, told: told)
    }
    drafts.sort { ($0.place, $0.gate.resolves ? 1 : 0) < ($1.place, $1.gate.resolves ? 1 : 0) }
  }

  /// What there is to say of a cause now.
  private mutating func stages(of cause: Cause) -> [Stage] {
    if cause.severity == .info, !cause.isOpen, cause.resolution == nil {
      return cause.waiting > 0 ? [.news] : []
    }
    let ends: [Stage] = cause.resolution == nil ? [] : [.resolved]
    guard cause.waiting > 0 else {
      if cause.isOpen { return ends }
      silent.append(cause)
      return []
    }
    let silence = cause.toldAt.map { now - $0 } ?? .infinity
    if !cause.isOpen || silence > manner.memory {
      if isRestless(cause), silence < manner.digest {
        wake(now - silence + manner.digest)
        return []
      }
      return [.first] + ends
    }
    if !ends.isEmpty { return ends }
    if manner.byIssue {
      silent.append(cause)
      return []
    }
    if silence >= manner.digest { return [.again] }
    wake(now - silence + manner.digest)
    return []
  }

  /// Whether it has come and gone often enough to get on people's nerves.
  private func isRestless(_ cause: Cause) -> Bool {
    guard let since = cause.episodesSince, now - since < manner.digest else { return false }
    return cause.recurrences >= manner.patience
  }

  /// Puts what is of one kind into one message, and holds back what comes too soon.
  private mutating func gather(
    _ parts: [(gate: Gate, part: Draft.Part)], told: [Gate: Double]
  ) {
    var held: Set<String> = []
    var groups: [Gate: [Draft.Part]] = [:]
    for (gate, part) in parts {
      let opens = told[gate].map { $0 + manner.gap } ?? 0
      let id = part.cause.fingerprint
      // That it has gone is not told before that it came.
      if opens > now || held.contains(id) {
        held.insert(id)
        wake(max(opens, now + 1))
      } else {
        groups[gate, default: []].append(part)
      }
    }
    drafts = groups.map { Draft(gate: $0.key, parts: $0.value) }
  }

  private mutating func wake(_ time: Double) { wakeAt = min(wakeAt ?? time, time) }
}

/// What a channel gets at most one message of in a while: a kind of event, coming or going.
struct Gate: Sendable, Hashable {
  var kind: String
  var resolves: Bool
}

/// What a message says of a cause.
enum Stage: String, Sendable, Hashable {
  /// It began.
  case first
  /// More of the same since it was last told.
  case again
  /// It has gone.
  case resolved
  /// Something good to know, which has no end.
  case news
}
