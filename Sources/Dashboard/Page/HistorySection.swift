/// What happened lately.
struct HistorySection: Sendable {
  let details: Snapshot.Details
  let parts: PageParts

  var html: HTML {
    parts.sections([(changes, details.changes.isEmpty), (events, details.events.isEmpty)])
  }

  private var changes: HTML {
    guard !details.changes.isEmpty else {
      return parts.section(
        "changes", "Recent changes",
        parts.nothing(
          "Nothing has been written yet, on either side. A row with debt gets its issue when it is edited "
            + "it, or asks for it: jira-sync sync"))
    }
    let rows = details.changes.map { change -> HTML in
      let side =
        change.side == "jira" ? parts.pill("→ JIRA", "busy") : parts.pill("→ row", "quiet")
      let cause: HTML = change.cause.map { "<br><span class=\"dim\">\($0)</span>" } ?? ""
      return """
        <tr><td>\(parts.ago(change.at))</td><th scope="row">\(parts.row(change.row))</th>\
        <td>\(parts.issue(change.issueKey))</td><td>\(side)</td><td>\(change.field)\(cause)</td>\
        <td>\(parts.value(change.old))</td><td>\(parts.value(change.new))</td></tr>
        """
    }
    return parts.section(
      "changes", "Recent changes",
      parts.table(
        "Values that were written",
        columns: ["When", "Row", "Issue", "Written to", "Field", "Old", "New"], rows: rows))
  }

  private var events: HTML {
    guard !details.events.isEmpty else {
      return parts.section(
        "events", "Recent events", parts.nothing("Nothing happened that people should hear of."))
    }
    let rows = details.events.map { event -> HTML in
      let look = event.isResolution ? "ok" : event.severity == "info" ? "quiet" : event.severity
      let word = event.isResolution ? "resolved" : event.severity
      return """
        <tr><td>\(parts.ago(event.at))</td><td>\(parts.pill(word, look))</td>\
        <td>\(event.kind.split(separator: "_").joined(separator: " "))</td>\
        <th scope="row"><bdi>\(event.subject)</bdi></th><td>\(event.message)</td></tr>
        """
    }
    return parts.section(
      "events", "Recent events",
      parts.table(
        "What people should hear of", columns: ["When", "How bad", "What", "About", "Message"],
        rows: rows))
  }
}
