/// What waits for a person: errors on rows, dead jobs, conflicts.
struct TroubleSection: Sendable {
  let snapshot: Snapshot
  let details: Snapshot.Details
  let parts: PageParts

  var html: HTML {
    parts.sections([
      (errors, details.linkErrors.isEmpty), (dead, details.dead.isEmpty),
      (conflicts, details.conflicts.isEmpty),
    ])
  }

  private func shown(_ count: Int, of total: Int) -> HTML {
    count < total ? "the newest \(count) of \(total)" : ""
  }

  private var errors: HTML {
    guard !details.linkErrors.isEmpty else {
      return parts.section(
        "errors", "Errors on rows", parts.nothing("Nothing stands in the way of any row."))
    }
    let rows = details.linkErrors.map { error -> HTML in
      """
      <tr><th scope="row">\(parts.row(error.row))</th><td>\(parts.issue(error.issueKey))</td>\
      <td>\(parts.pill(error.state, "quiet"))</td><td class="error-text">\(error.error)</td>\
      <td>\(parts.ago(error.at))</td></tr>
      """
    }
    return parts.section(
      "errors", "Errors on rows", note: shown(rows.count, of: snapshot.linksWithError),
      parts.table(
        "Rows that cannot be synced, with column and field",
        columns: ["Row", "Issue", "State", "What stands in the way", "Tried"], rows: rows))
  }

  private var dead: HTML {
    guard !details.dead.isEmpty else {
      return parts.section("dead", "Dead jobs", parts.nothing("No job was given up."))
    }
    let rows = details.dead.map { job -> HTML in
      let crashes: HTML = job.crashes > 0 ? ", \(job.crashes) crashes" : ""
      return """
        <tr><th scope="row">\(String(job.id))</th><td>\(job.kind)</td><td>\(parts.row(job.row))</td>\
        <td>\(job.attempt)\(crashes)</td><td class="error-text">\(job.error ?? "no error was kept")</td>\
        <td>\(parts.ago(job.diedAt))</td></tr>
        """
    }
    return parts.section(
      "dead", "Dead jobs", note: shown(rows.count, of: snapshot.total.dead),
      parts.table(
        "Jobs whose attempts are used up",
        columns: ["Job", "Kind", "Row", "Attempts", "Last error", "Given up"], rows: rows))
  }

  private var conflicts: HTML {
    guard !details.conflicts.isEmpty else {
      return parts.section(
        "conflicts", "Conflicts", parts.nothing("No conflict waits for a decision."))
    }
    let rows = details.conflicts.map { conflict -> HTML in
      let reason: HTML = conflict.reason.map { "<br><span class=\"dim\">\($0)</span>" } ?? ""
      return """
        <tr><th scope="row">\(String(conflict.id))</th><td>\(parts.row(conflict.row))</td>\
        <td>\(parts.issue(conflict.issueKey))</td><td>\(conflict.field)\(reason)</td>\
        <td>\(parts.value(conflict.rowValue))</td><td>\(parts.value(conflict.issueValue))</td>\
        <td>\(parts.ago(conflict.at))</td></tr>
        """
    }
    return parts.section(
      "conflicts", "Conflicts", note: shown(rows.count, of: snapshot.openConflicts),
      parts.table(
        "Conflicts that wait for a person",
        columns: ["Conflict", "Row", "Issue", "Field", "The row says", "The issue says", "Since"],
        rows: rows))
  }
}
