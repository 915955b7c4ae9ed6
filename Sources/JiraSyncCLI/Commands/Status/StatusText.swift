import JSON
import SyncEngine

/// The status for people.
struct StatusText {
  let report: StatusReport
  let terminal: Terminal

  var text: String {
    var parts = [overview]
    if !report.queue.isEmpty { parts.append(queue) }
    if !report.workers.isEmpty { parts.append(workers) }
    if !report.schedules.isEmpty {
      parts.append(ScheduleList.table(report.schedules).text(for: terminal))
    }
    if !report.errors.isEmpty { parts.append(errors) }
    return parts.joined(separator: "\n\n")
  }

  private var overview: String {
    let status = report.overview
    func line(_ title: String, _ text: String, _ color: Terminal.Color? = nil) -> String {
      let room = terminal.width.map { $0 - 11 }
      let text = text.onOneLine
      return title.padded(to: 11) + terminal.paint(room.map { text.cut(to: $0) } ?? text, color)
    }
    var lines: [String] = []
    if let site = status.text("site") {
      lines.append(line("site", "\(status.text("project") ?? "") on \(site)"))
    } else {
      lines.append(line("site", "none yet: no worker has reached JIRA from this database", .yellow))
    }
    if status.text("paused_at") != nil {
      lines.append(
        line(
          "paused",
          "\(status.text("pause_reason") ?? "no reason given"); go on with: jira-sync jobs resume",
          .yellow))
    }
    for finding in report.findings {
      lines.append(
        line(
          finding.isError ? "error" : "warning", "\(finding.problem). \(finding.remedy)",
          finding.isError ? .red : .yellow))
    }
    if let circuit = report.circuit, circuit.text("state") != "closed" {
      let since = Span.relative(circuit.seconds("_since")) ?? ""
      lines.append(
        line("JIRA", "out of reach since \(since): \(circuit.text("reason") ?? "")", .red))
    }
    var queue =
      "\(status.count("due")) due, \(status.count("running")) running, \(status.count("later")) later"
    if let oldest = status.seconds("_oldest_due"), status.count("due") > 0 {
      queue += ", the oldest waits \(Span.text(oldest))"
    }
    lines.append(line("queue", queue))
    if status.count("dead") > 0 {
      lines.append(
        line("dead", "\(status.count("dead")) jobs; see: jira-sync jobs list --state dead", .red))
    }
    let workers = status.count("workers")
    lines.append(
      line(
        "workers",
        workers == 0
          ? "none; start one: jira-sync worker"
          : "\(workers), \(status.count("workers_asleep")) idle",
        workers == 0 ? .yellow : nil))
    lines.append(
      line(
        "links",
        "\(status.count("linked")) linked, \(status.count("creating")) being made, "
          + "\(status.count("create_unknown")) searched for"))
    if status.count("with_error") > 0 {
      lines.append(
        line(
          "", "\(status.count("with_error")) with an error; see: jira-sync explain --errors", .red))
    }
    let conflicts = status.count("open_conflicts")
    lines.append(
      line(
        "conflicts",
        conflicts == 0 ? "none" : "\(conflicts) wait for a person; see: jira-sync conflicts list",
        conflicts > 0 ? .yellow : nil))
    lines.append(poller(line))
    for limit in report.rateLimits {
      let scope = limit.text("scope") ?? ""
      if let wait = limit.seconds("_blocked_until"), wait > 0 {
        lines.append(
          line(
            "rate",
            "\(scope): JIRA lets nothing through until \(limit.text("blocked_until") ?? "?"), for \(Span.text(wait)), "
              + "or try now: jira-sync jobs resume --limits. It said: \(limit.text("reason") ?? "")",
            .yellow))
      } else if scope == "site" {
        let rate =
          limit.text("rate").map { "\($0) calls/s for all workers together" } ?? "no ceiling"
        lines.append(line("rate", "\(rate), \(limit.count("calls_today")) today"))
      }
    }
    return lines.joined(separator: "\n")
  }

  private func poller(_ line: (String, String, Terminal.Color?) -> String) -> String {
    let status = report.overview
    guard let lag = status.seconds("poll_lag_seconds") else {
      return line("poller", "has not looked yet", nil)
    }
    var text = "looked \(Span.text(lag)) ago"
    if let ahead = status.seconds("_watermark_ahead"), ahead > 600 {
      return line(
        "poller",
        text
          + "; the watermark \(status.text("poll_watermark") ?? "") lies in the future: the next poll makes it anew",
        .red)
    }
    if let watermark = status.text("poll_watermark") {
      text += ", knows everything until \(watermark)"
    }
    if let error = status.text("poll_error"), status.text("poll_failing_since") != nil {
      return line("poller", text + "; fails: \(error)", .red)
    }
    return line("poller", text, nil)
  }

  private var queue: String {
    var table = TextTable([
      .init("KIND"), .init("STATE"), .init("JOBS", isNumeric: true), .init("FIRST DUE"),
    ])
    for entry in report.queue {
      let state = entry.text("state") ?? ""
      table.rows.append([
        .init(entry.text("kind")), .init(state, state == "dead" ? .red : nil),
        .init(entry.text("jobs")),
        .init(Span.relative(entry.seconds("_oldest"))),
      ])
    }
    return table.text(for: terminal)
  }

  private var workers: String {
    var table = TextTable([
      .init("WORKER"), .init("RUNNING", isNumeric: true), .init("HEARTBEAT"), .init("STATE"),
    ])
    for worker in report.workers {
      let isAlive = worker.members["alive"]?.bool == true
      let isAsleep = worker.members["asleep"]?.bool == true
      table.rows.append([
        .init(worker.text("name")), .init(worker.text("running")),
        .init(Span.relative(worker.seconds("_seen_at"))),
        .init(isAlive ? isAsleep ? "idle" : "works" : "lost", isAlive ? .green : .red),
      ])
    }
    return table.text(for: terminal)
  }

  private var errors: String {
    var table = TextTable([
      .init("FAILED"), .init("JOB", isNumeric: true), .init("OUTCOME"), .init("ROW"),
      .init("ERROR"),
    ])
    for error in report.errors {
      table.rows.append([
        .init(Span.relative(error.seconds("_at"))), .init(error.text("job")),
        .init(error.text("outcome"), .red), .init(error.text("label") ?? error.text("kind")),
        .init(error.text("error")),
      ])
    }
    return table.text(for: terminal)
  }
}
