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

  /// Everything that needs attention.
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
            "\(snapshot.circuit.reason ?? "no reason is known"). Jobs that need JIRA wait; "
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
    // Errors first.
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
    let unknown = snapshot.linkCount("create_unknown")
    if unknown > 0 {
      list.append(
        Attention(
          level: .warning,
          title: unknown == 1
            ? "1 issue is being searched for"
            : "\(Figures.grouped(unknown)) issues are being searched for",
          text:
            "JIRA did not say whether it made them. This ends by itself within three minutes; you need not do anything.",
          anchor: "errors"))
    }
    let errors = snapshot.linksThatNeedHelp
    if errors > 0 {
      list.append(
        Attention(
          level: .error,
          title: errors == 1
            ? "1 row cannot be synced" : "\(Figures.grouped(errors)) rows cannot be synced",
          text:
            "Correct the row or the mapping; it is tried again then. If the issue was deleted: jira-sync unlink ROW, then jira-sync link ROW ISSUE.",
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
          text: "Row and issue were changed differently. Decide with: jira-sync conflicts resolve "
            + (snapshot.details?.conflicts.first.map { "\($0.id)" } ?? "ID") + " --row (or --jira)",
          anchor: "conflicts"))
    }
    return list
  }
}
