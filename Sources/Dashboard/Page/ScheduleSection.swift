/// What comes by itself.
struct ScheduleSection: Sendable {
  let schedules: [Snapshot.ScheduleFacts]
  let parts: PageParts

  var html: HTML {
    guard !schedules.isEmpty else {
      return parts.section(
        "schedules", "Schedules",
        parts.nothing("Nothing is scheduled: changes in JIRA are not looked for by themselves."))
    }
    let rows = schedules.map { schedule -> HTML in
      let outcome: HTML =
        schedule.lastOutcome.map {
          " \(parts.pill($0, $0 == "done" ? "ok" : "error"))"
        } ?? ""
      let missed: HTML =
        schedule.missed == 0
        ? "<td class=\"n dim\">0</td>"
        : "<td class=\"n warning\">\(schedule.missed)</td>"
      let last: HTML =
        schedule.lastRun == nil ? "<span class=\"dim\">not yet</span>" : parts.ago(schedule.lastRun)
      return """
        <tr><th scope="row">\(schedule.name)</th><td><code>\(schedule.cron)</code></td><td>\(schedule.scheduler)</td>\
        <td>\(last)\(outcome)</td><td>\(parts.ago(schedule.nextRun))</td>\(missed)</tr>
        """
    }
    return parts.section(
      "schedules", "Schedules", note: "times in UTC",
      parts.table(
        "Periodic work",
        columns: ["Name", "When", "Kept by", "Last run", "Next run", .number("Missed")], rows: rows)
    )
  }
}
