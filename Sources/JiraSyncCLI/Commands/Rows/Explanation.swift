import JSON
import JobQueue
import Postgres
import SyncEngine

/// What the database knows of one row.
struct Explanation: Sendable {
  var row: FoundRow
  var link: Record?
  /// Jobs that wait, run or are dead.
  var jobs: [Record]
  /// The last attempts.
  var attempts: [Record]
  /// Conflicts that wait for a person.
  var conflicts: [Record]
  /// Fields that are suspended because they kept changing sides.
  var suspended: [Record]

  static func read(_ row: FoundRow, _ session: QueueSession) async throws -> Explanation {
    let link = try await session.records(
      """
      select l.state, l.issue_id, l.issue_key, l.label, l.last_error, l.marker,
        \(.instant("l.issue_updated")) as issue_updated, \(.instant("l.synced_at")) as synced_at,
        \(.fromNow("l.synced_at")) as _synced_at, l.base
      from jira_sync.links as l where l.table_name = \(row.key.table) and l.row_id = \(row.key.id) order by l.id desc limit 1
      """, doing: "reading the link of the row")
    let jobs = try await session.records(
      """
      select \(JobsList.columns) from jira_sync.jobs as j
      left join public.file_audit as f on \(AuditTable.isRow(of: "j"))
      left join jira_sync.workers as w on w.incarnation = j.worker
      where j.key = \(row.key.jobKey) order by j.id
      """, doing: "reading the jobs of the row")
    let attempts = try await session.records(
      """
      select h.id as job, h.kind, h.attempt, h.outcome, h.error, \(.instant("h.finished_at")) as at,
        \(.fromNow("h.finished_at")) as _at
      from jira_sync.job_history as h where h.table_name = \(row.key.table) and h.row_id = \(row.key.id)
      order by h.finished_at desc limit 5
      """, doing: "reading the attempts of the row")
    let conflicts = try await session.records(
      """
      select k.id, k.field, k.columns, k.base, k.row_value, k.issue_value, k.policy, k.reason,
        \(.instant("k.at")) as at
      from jira_sync.conflicts as k
      where k.table_name = \(row.key.table) and k.row_id = \(row.key.id) and k.winner = 'open' and k.resolved_at is null
      order by k.id
      """, doing: "reading the conflicts of the row")
    let suspended = try await session.records(
      """
      select p.field, p.side_changes, \(.instant("p.suspended_until")) as suspended_until
      from jira_sync.suspended_fields as p where p.table_name = \(row.key.table) and p.row_id = \(row.key.id) order by p.field
      """, doing: "reading which fields of the row are suspended")
    return Explanation(
      row: row, link: link.first, jobs: jobs, attempts: attempts, conflicts: conflicts,
      suspended: suspended)
  }

  var json: JSON {
    [
      "table_name": .string(row.key.table), "row_id": .string(row.key.id),
      "file_number": .optional(row.fileNumber),
      "label": .string(row.filePath), "exists": .bool(row.exists),
      "has_technical_debt": .bool(row.hasDebt), "link": link?.json ?? .null,
      "jobs": .array(jobs.map(\.json)), "attempts": .array(attempts.map(\.json)),
      "conflicts": .array(conflicts.map(\.json)), "suspended": .array(suspended.map(\.json)),
    ]
  }

  /// The lines for people.
  func text(for terminal: Terminal) -> String {
    var lines: [String] = []
    func add(_ title: String, _ text: String, _ color: Terminal.Color? = nil) {
      lines.append(title.padded(to: 11) + terminal.paint(text.onOneLine, color))
    }
    add("row", "\(row.label) (id \(row.key.id))", .bold)
    if !row.exists { add("", "is not in the table any more", .yellow) }
    add("debt", row.hasDebt ? "yes, so it has or wants an issue" : "no")
    if let link {
      let state = link.text("state") ?? ""
      add("link", "\(link.text("issue_key") ?? "no issue yet"), \(Self.words(state))")
      if let synced = link.seconds("_synced_at") { add("in sync", Span.relative(synced) ?? "") }
      if let error = link.text("last_error") { add("error", error, .red) }
    } else {
      add("link", row.hasDebt ? "none yet" : "none")
    }
    for job in jobs {
      var text =
        "job \(job.text("id") ?? "") \(job.text("kind") ?? "") is \(job.text("state") ?? "")"
      if job.text("state") == "ready" {
        text += ", due \(Span.relative(job.seconds("_run_at")) ?? "now")"
      }
      if let error = job.text("last_error") { text += ": \(error)" }
      add("waits", text, job.text("state") == "dead" ? .red : nil)
    }
    for conflict in conflicts {
      add(
        "conflict",
        "\(conflict.text("id") ?? "") \(conflict.text("field") ?? ""): the row says "
          + "\(PreviewText.value(conflict.members["row_value"] ?? .null)), JIRA says "
          + "\(PreviewText.value(conflict.members["issue_value"] ?? .null))", .yellow)
    }
    for field in suspended {
      add(
        "suspended",
        "\(field.text("field") ?? "") changed sides \(field.text("side_changes") ?? "") times; "
          + "suspended until \(field.text("suspended_until") ?? "")", .yellow)
    }
    for attempt in attempts {
      let error = attempt.text("error").map { ": \($0)" } ?? ""
      add(
        "attempt",
        "\(Span.relative(attempt.seconds("_at")) ?? "") \(attempt.text("kind") ?? "") job "
          + "\(attempt.text("job") ?? "") \(attempt.text("outcome") ?? "")\(error)",
        attempt.text("outcome") == "done" ? nil : .yellow)
    }
    return lines.joined(separator: "\n")
  }

  private static func words(_ state: String) -> String {
    switch state {
    case "linked": "linked"
    case "creating": "being created, or refused"
    case "create_unknown": "it is unknown whether JIRA made it; it is being searched for"
    case "unlinked": "unlinked by a person: no issue is made again"
    case "issue_gone": "the issue is gone"
    case "row_gone": "the row was deleted"
    default: state
    }
  }
}
