/// What needs a user's attention, most urgent first; a decision without any I/O.
struct Attention: Sendable, Hashable {
  /// How bad it is.
  enum Level: String, Sendable {
    case error
    case warning
  }

  let level: Level
  /// What is the matter.
  let title: String
  /// What is known of it, and what to do.
  let text: String
  /// The part of the page that says more.
  var anchor: String?

  /// Everything that should be looked at.
  ///
  /// - Parameters:
  ///   - snapshot: what the database says; nil where it does not answer.
  ///   - failure: why it does not.
  ///   - readiness: what the worker says of itself.
  /// - Returns: the list, empty where all is well.
  static func list(
    _ snapshot: Snapshot?, failure: String?, readiness: Readiness
  ) -> [Attention] {
    var list: [Attention] = []
    if let failure {
      list.append(
        Attention(
          level: .error, title: "The database does not answer",
          text: "\(failure). What stands here is what this worker knows by itself."))
    }
    if !readiness.isReady {
      list.append(
        Attention(
          level: .error, title: "This worker is not ready",
          text: readiness.reasons.joined(separator: "; ")))
    }
    guard let snapshot else { return list }
    let now = snapshot.now
    if snapshot.circuit.state != "closed" {
      list.append(
        Attention(
          level: .error, title: "JIRA cannot be called",
          text:
            "\(snapshot.circuit.reason ?? "no reason is known"). Nothing that calls it is claimed; "
            + "workers try again by themselves.", anchor: "jira"))
    }
    if let pausedAt = snapshot.pausedAt {
      list.append(
        Attention(
          level: .warning, title: "The queue is paused",
          text:
            "since \(Figures.span(now - pausedAt)): \(snapshot.pauseReason ?? "no reason given"). "
            + "Resume it with: jira-sync jobs resume"))
    }
    if snapshot.workersAlive == 0 {
      list.append(
        Attention(
          level: .error, title: "No worker is alive", text: "Nothing is worked on.",
          anchor: "workers"))
    }
    let total = snapshot.total
    if let oldest = total.oldestDue, now - oldest > 60, snapshot.pausedAt == nil {
      list.append(
        Attention(
          level: .warning, title: "Work waits for \(Figures.span(now - oldest))",
          text:
            "\(Figures.grouped(total.due)) jobs are due. More workers, or a larger budget of calls, "
            + "would help if this goes on.", anchor: "queue"))
    }
    list += counts(snapshot, dead: total.dead)
    for poll in snapshot.polls where poll.failingSince != nil {
      list.append(
        Attention(
          level: .warning, title: "Polls of \(poll.project) fail",
          text: poll.error ?? "the reason is in the log", anchor: "jira"))
    }
    for block in snapshot.budget.blocks where block.scope == "site" {
      list.append(
        Attention(
          level: .warning, title: "JIRA limits us",
          text: "for \(Figures.span(block.until - now)) more: \(block.reason ?? "no reason given")",
          anchor: "jira"))
    }
    // Each kind in the order in which it was looked for.
    return list.filter { $0.level == .error } + list.filter { $0.level == .warning }
  }

  private static func counts(_ snapshot: Snapshot, dead: Int) -> [Attention] {
    var list: [Attention] = []
    if dead > 0 {
      list.append(
        Attention(
          level: .error,
          title: dead == 1 ? "1 job is dead" : "\(Figures.grouped(dead)) jobs are dead",
          text: "Their attempts are used up. Put the cause right, then: jira-sync jobs retry --all",
          anchor: "dead"))
    }
    let errors = snapshot.linksWithError
    if errors > 0 {
      list.append(
        Attention(
          level: .error,
          title: errors == 1
            ? "1 row cannot be synced" : "\(Figures.grouped(errors)) rows cannot be synced",
          text:
            "Editing the row, or the mapping, tries again; where an issue is gone: jira-sync unlink, then link.",
          anchor: "errors"))
    }
    let conflicts = snapshot.openConflicts
    if conflicts > 0 {
      list.append(
        Attention(
          level: .warning,
          title: conflicts == 1
            ? "1 conflict waits for a decision"
            : "\(Figures.grouped(conflicts)) conflicts wait for a decision",
          text: "Row and issue were changed differently. Decide with: jira-sync conflicts resolve",
          anchor: "conflicts"))
    }
    return list
  }
}
