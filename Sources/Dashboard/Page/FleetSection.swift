/// Who works.
struct FleetSection: Sendable {
  let details: Snapshot.Details
  /// The worker that answers.
  let own: String
  let parts: PageParts

  var html: HTML {
    guard !details.workers.isEmpty else {
      return parts.section(
        "workers", "Workers",
        parts.nothing("No worker is registered. Start one with: jira-sync worker"))
    }
    let rows = details.workers.map { worker -> HTML in
      let state =
        worker.isLost
        ? parts.pill("lost", "error")
        : worker.running > 0 ? parts.pill("working", "busy") : parts.pill("waiting", "ok")
      let mark: HTML = worker.name == own ? " <span class=\"dim\">(this one)</span>" : ""
      return """
        <tr><th scope="row"><bdi>\(worker.name)</bdi>\(mark)</th><td>\(state)</td><td class="n">\(worker.running)</td>\
        <td class="n">\(worker.slots)</td><td>\(parts.ago(worker.seenAt))</td><td>\(parts.ago(worker.startedAt))</td></tr>
        """
    }
    return parts.section(
      "workers", "Workers",
      parts.table(
        "Workers of the fleet",
        columns: ["Worker", "State", .number("Jobs"), .number("Slots"), "Heartbeat", "Started"],
        rows: rows))
  }
}
