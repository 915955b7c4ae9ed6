import JobQueue

@testable import Dashboard

extension Snapshot {
  static let exampleNow = 1_795_512_600.0

  /// A queue with one of everything.
  ///
  /// - Parameter text: what stands wherever a text of somebody else can stand.
  /// - Returns: the snapshot.
  static func example(_ text: String) -> Snapshot {
    let now = exampleNow
    var snapshot = Snapshot()
    snapshot.now = now
    snapshot.siteURL = "https://jira.example"
    snapshot.project = text
    snapshot.pausedAt = now - 60
    snapshot.pauseReason = text
    snapshot.openConflicts = 1
    snapshot.workersAlive = 2
    snapshot.queue = [
      QueueDepth(kind: text, due: 1_234, later: 5, running: 6, dead: 7, oldestDue: now - 90)
    ]
    snapshot.links = [
      LinkCount(state: "linked", count: 89, errors: 1),
      LinkCount(state: "creating", count: 1, errors: 1),
      LinkCount(state: "row_gone", count: 3, errors: 3),
    ]
    snapshot.circuit.state = "open"
    snapshot.circuit.cause = text
    snapshot.circuit.reason = text
    snapshot.circuit.openedBy = text
    snapshot.budget.rate = 10
    snapshot.budget.blocks = [Block(scope: text, until: now + 5, reason: text)]
    snapshot.polls = [
      PollFacts(
        project: text, watermark: now - 600, finishedAt: now - 30, failingSince: now - 20,
        error: text,
        sweptAt: now - 3_600, sweepError: text)
    ]
    snapshot.schedules = [
      ScheduleFacts(
        name: text, kind: text, cron: text, scheduler: text, lastRun: now - 60, nextRun: now + 1,
        lastOutcome: text, missed: 2)
    ]
    snapshot.details = Details(text, now: now)
    return snapshot
  }
}

extension Snapshot.Details {
  fileprivate init(_ text: String, now: Double) {
    self.init()
    let row = Snapshot.Row(key: RowKey(id: text), number: text, label: text)
    workers = [
      Snapshot.Worker(
        incarnation: "1", name: text, slots: 4, isAsleep: true, isLost: false, running: 0,
        startedAt: now - 100, seenAt: now - 2),
      Snapshot.Worker(
        incarnation: "2", name: text, slots: 4, isAsleep: false, isLost: true, running: 3,
        startedAt: now - 100, seenAt: now - 40),
    ]
    conflicts = [
      Snapshot.Conflict(
        id: 1, at: now - 5, row: row, issueKey: text, field: text, reason: text, rowValue: text,
        issueValue: nil)
    ]
    dead = [
      Snapshot.DeadJob(
        id: 12_345, kind: text, row: row, attempt: 20, crashes: 1, error: text, diedAt: now - 9)
    ]
    linkErrors = [
      Snapshot.LinkError(row: row, issueKey: text, state: text, error: text, at: now - 3)
    ]
    changes = [
      Snapshot.Change(
        at: now - 1, row: row, issueKey: text, side: "jira", field: text, old: text, new: "",
        cause: text)
    ]
    events = [
      Snapshot.Event(
        at: now - 1, kind: text, severity: "error", subject: text, message: text,
        isResolution: false)
    ]
  }
}
