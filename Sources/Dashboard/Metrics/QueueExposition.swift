/// The metrics that come from the database.
struct QueueExposition: Sendable {
  private let snapshot: Snapshot

  /// The kinds that there always are: an alert on a series that is not there yet never fires.
  private static let kinds = [
    "push", "pull", "sync", "poll", "full_sync", "sweep", "report", "notify",
  ]
  private static let linkStates = [
    "creating", "create_unknown", "linked", "unlinked", "issue_gone", "row_gone",
  ]

  init(_ snapshot: Snapshot) { self.snapshot = snapshot }

  func write(_ writer: inout OpenMetricsWriter) {
    writeQueue(&writer)
    writeSite(&writer)
    writePolls(&writer)
    writePeople(&writer)
  }

  private func writeQueue(_ writer: inout OpenMetricsWriter) {
    let depths = depths
    writer.family(
      "jira_sync_queue_jobs", .gauge,
      help: "Jobs in the queue: due, later (waiting for their time), running, dead (given up).")
    for depth in depths {
      for (state, count) in [
        ("due", depth.due), ("later", depth.later), ("running", depth.running),
        ("dead", depth.dead),
      ] {
        writer.sample("jira_sync_queue_jobs", [("kind", depth.kind), ("state", state)], count)
      }
    }
    writer.family(
      "jira_sync_queue_oldest_due_age_seconds", .gauge, unit: "seconds",
      help: "How long the job that has waited longest has been due; 0 where none is.")
    for depth in depths {
      writer.sample(
        "jira_sync_queue_oldest_due_age_seconds", [("kind", depth.kind)],
        age(depth.oldestDue) ?? 0)
    }
    writer.family("jira_sync_queue_paused", .gauge, help: "Whether the queue is paused.")
    writer.sample("jira_sync_queue_paused", snapshot.pausedAt == nil ? 0 : 1)
    writer.family(
      "jira_sync_workers", .gauge, help: "Workers of the fleet that were seen lately.")
    writer.sample("jira_sync_workers", snapshot.workersAlive)
  }

  private var depths: [Snapshot.QueueDepth] {
    let missing = Self.kinds.filter { kind in !snapshot.queue.contains { $0.kind == kind } }
    return (snapshot.queue + missing.map { Snapshot.QueueDepth(kind: $0) })
      .sorted { $0.kind < $1.kind }
  }

  private func writeSite(_ writer: inout OpenMetricsWriter) {
    writer.family(
      "jira_sync_circuit", .stateset,
      help: "Whether JIRA can be called: closed is well, open is not, half_open is being tried.")
    writer.state(
      "jira_sync_circuit", of: ["closed", "open", "half_open"], is: snapshot.circuit.state)
    writer.family(
      "jira_sync_circuit_openings", .counter, help: "How often the circuit was opened.")
    writer.sample("jira_sync_circuit_openings_total", snapshot.circuit.openedCount)
    writer.family(
      "jira_sync_jira_calls_per_second_limit", .gauge,
      help: "Calls a second that all workers together may make; +Inf for no ceiling.")
    writer.sample("jira_sync_jira_calls_per_second_limit", snapshot.budget.rate ?? .infinity)
    writer.family(
      "jira_sync_jira_calls_today", .gauge, help: "Calls of all workers since midnight UTC.")
    writer.sample("jira_sync_jira_calls_today", snapshot.budget.callsToday)
    writer.family(
      "jira_sync_jira_blocked_scopes", .gauge,
      help: "Limits of JIRA itself that hold at the moment: of the site, endpoints, issues.")
    writer.sample("jira_sync_jira_blocked_scopes", snapshot.budget.blocks.count)
    writer.family(
      "jira_sync_jira_refusals", .counter, help: "How often JIRA has limited the whole site.")
    writer.sample("jira_sync_jira_refusals_total", snapshot.budget.refusals)
  }

  private func writePolls(_ writer: inout OpenMetricsWriter) {
    writer.family(
      "jira_sync_poll_watermark_lag_seconds", .gauge, unit: "seconds",
      help:
        "Age of the newest change of JIRA that was processed; it grows while no issue is edited.")
    for poll in snapshot.polls {
      if let lag = age(poll.watermark) {
        writer.sample("jira_sync_poll_watermark_lag_seconds", [("project", poll.project)], lag)
      }
    }
    writer.family(
      "jira_sync_poll_last_success_age_seconds", .gauge, unit: "seconds",
      help: "Since when no poll of the project came to its end.")
    for poll in snapshot.polls {
      if let age = age(poll.finishedAt) {
        writer.sample("jira_sync_poll_last_success_age_seconds", [("project", poll.project)], age)
      }
    }
    writer.family("jira_sync_poll_failing", .gauge, help: "Whether polls of the project fail.")
    for poll in snapshot.polls {
      writer.sample(
        "jira_sync_poll_failing", [("project", poll.project)], poll.failingSince == nil ? 0 : 1)
    }
    writer.family(
      "jira_sync_schedule_missed_ticks", .gauge,
      help: "Ticks of a schedule that no worker took in time, since it was set.")
    for schedule in snapshot.schedules {
      writer.sample(
        "jira_sync_schedule_missed_ticks", [("schedule", schedule.name)], schedule.missed)
    }
  }

  private func writePeople(_ writer: inout OpenMetricsWriter) {
    writer.family("jira_sync_links", .gauge, help: "Links between rows and issues, by state.")
    for state in Self.linkStates {
      writer.sample("jira_sync_links", [("state", state)], snapshot.linkCount(state))
    }
    writer.family(
      "jira_sync_links_with_error", .gauge, help: "Links that something stands in the way of.")
    writer.sample("jira_sync_links_with_error", snapshot.linksWithError)
    writer.family(
      "jira_sync_conflicts_waiting", .gauge, help: "Conflicts that wait for a person to decide.")
    writer.sample("jira_sync_conflicts_waiting", snapshot.openConflicts)
  }

  private func age(_ time: Double?) -> Double? { time.map { max(snapshot.now - $0, 0) } }
}
