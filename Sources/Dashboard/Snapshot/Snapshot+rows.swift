import Postgres

extension Snapshot {
  /// Reads the answers to the statements of `SnapshotQueries`, in their order.
  ///
  /// - Throws: `PostgresError` of kind `decoding`.
  init(_ answers: [PostgresResult]) throws(PostgresError) {
    let head = try answers[1].one
    now = try head.get("now")
    siteURL = try head.get("base_url", as: String?.self)
    project = try head.get("project_key", as: String?.self)
    pausedAt = try head.get("paused_at", as: Double?.self)
    pauseReason = try head.get("pause_reason", as: String?.self)
    openConflicts = try head.get("open_conflicts")
    workersAlive = try head.get("alive")
    workersAsleep = try head.get("asleep")
    circuit = try CircuitFacts(head)
    for row in answers[2].rows {
      queue.append(
        QueueDepth(
          kind: try row.get("kind"), due: try row.get("due"), later: try row.get("later"),
          running: try row.get("running"), dead: try row.get("dead"),
          oldestDue: try row.get("oldest_due", as: Double?.self)))
    }
    for row in answers[3].rows {
      links.append(
        LinkCount(
          state: try row.get("state"), count: try row.get("count"), errors: try row.get("errors")))
    }
    for row in answers[4].rows { try budget.take(row) }
    for row in answers[5].rows { polls.append(try PollFacts(row)) }
    for row in answers[6].rows { schedules.append(try ScheduleFacts(row)) }
    if answers.count > SnapshotQueries.counts.count {
      details = try Details(Array(answers.dropFirst(SnapshotQueries.counts.count)))
    }
  }
}

extension Snapshot.CircuitFacts {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    state = try row.get("circuit", as: String?.self) ?? "closed"
    cause = try row.get("cause", as: String?.self)
    reason = try row.get("reason", as: String?.self)
    since = try row.get("since", as: Double?.self)
    openedBy = try row.get("opened_by", as: String?.self)
    openedCount = try row.get("opened_count", as: Int?.self) ?? 0
    nextProbeAt = try row.get("next_probe_at", as: Double?.self)
    probes = try row.get("probes", as: Int?.self) ?? 0
  }
}

extension Snapshot.BudgetFacts {
  fileprivate mutating func take(_ row: PostgresRow) throws(PostgresError) {
    let scope: String = try row.get("scope")
    if scope == "site" {
      rate = try row.get("rate", as: Double?.self)
      callsToday = try row.get("calls_today")
      refusals = try row.get("refusals")
    }
    if let until = try row.get("blocked_until", as: Double?.self) {
      blocks.append(
        Snapshot.Block(
          scope: scope, until: until, reason: try row.get("reason", as: String?.self)))
    }
  }
}

extension Snapshot.PollFacts {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    project = try row.get("project_key")
    watermark = try row.get("watermark", as: Double?.self)
    finishedAt = try row.get("finished_at", as: Double?.self)
    failingSince = try row.get("failing_since", as: Double?.self)
    error = try row.get("last_error", as: String?.self)
    sweptAt = try row.get("swept_at", as: Double?.self)
    sweepError = try row.get("sweep_error", as: String?.self)
    issuesMissed = try row.get("issues_missed")
  }
}

extension Snapshot.ScheduleFacts {
  fileprivate init(_ row: PostgresRow) throws(PostgresError) {
    name = try row.get("name")
    kind = try row.get("kind")
    cron = try row.get("cron")
    scheduler = try row.get("scheduler")
    lastRun = try row.get("last_run", as: Double?.self)
    nextRun = try row.get("next_run", as: Double?.self)
    lastOutcome = try row.get("last_outcome", as: String?.self)
    missed = try row.get("missed")
    lastMissedAt = try row.get("last_missed_at", as: Double?.self)
  }
}
