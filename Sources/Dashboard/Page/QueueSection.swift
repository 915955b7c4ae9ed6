/// How much there is to do.
struct QueueSection: Sendable {
  let snapshot: Snapshot
  let parts: PageParts

  /// The figures that are looked at first.
  var tiles: HTML {
    let total = snapshot.total
    let oldest = total.oldestDue.map { Figures.span(snapshot.now - $0) } ?? "–"
    return """
      <ul class="tiles" aria-label="Figures">\
      \(tile("Due now", Figures.grouped(total.due), "oldest waits \(oldest)", total.due > 0 ? "busy" : ""))\
      \(tile("Running", Figures.grouped(total.running), fleet, total.running > 0 ? "busy" : ""))\
      \(tile("Later", Figures.grouped(total.later), "wait for their time"))\
      \(tile("Dead", Figures.grouped(total.dead), "given up", total.dead > 0 ? "error" : ""))\
      \(tile("Linked", Figures.grouped(snapshot.linkCount("linked")), "rows with an issue"))\
      \(tile("Errors", Figures.grouped(snapshot.linksWithError), "rows with an error",
        snapshot.linksWithError > 0 ? "error" : ""))\
      \(tile("Conflicts", Figures.grouped(snapshot.openConflicts), "wait for a person",
        snapshot.openConflicts > 0 ? "warning" : ""))</ul>
      """
  }

  private var fleet: String {
    let alive = snapshot.workersAlive
    return alive == 1 ? "on 1 worker" : "on \(Figures.grouped(alive)) workers"
  }

  private func tile(_ label: String, _ figure: String, _ note: String, _ look: String = "") -> HTML
  {
    """
    <li class="tile \(look)"><span class="label">\(label)</span><span class="figure">\(figure)</span>\
    <span class="dim">\(note)</span></li>
    """
  }

  /// What an empty queue means: a conflict or an error waits outside of it.
  private var emptyText: String {
    var waiting: [String] = []
    if snapshot.openConflicts > 0 {
      waiting.append("\(snapshot.openConflicts) conflicts wait for a decision")
    }
    if snapshot.linksWithError > 0 {
      waiting.append("\(snapshot.linksWithError) rows have an error")
    }
    return waiting.isEmpty
      ? "The queue is empty: everything is in sync."
      : "The queue is empty, but \(waiting.joined(separator: ", and "))."
  }

  /// The queue by kind and state.
  var table: HTML {
    guard !snapshot.queue.isEmpty else {
      return parts.section(
        "queue", "Queue", parts.nothing(emptyText))
    }
    let rows = snapshot.queue.map { depth -> HTML in
      let oldest = depth.oldestDue.map { Figures.span(snapshot.now - $0) } ?? "–"
      return """
        <tr><th scope="row">\(depth.kind)</th>\(cell(depth.due))\(cell(depth.running))\(cell(depth.later))\
        \(cell(depth.dead, "error"))<td class="n">\(oldest)</td></tr>
        """
    }
    return parts.section(
      "queue", "Queue",
      parts.table(
        "Jobs by kind and state",
        columns: [
          "Kind", .number("Due"), .number("Running"), .number("Later"), .number("Dead"),
          .number("Oldest due"),
        ], rows: rows))
  }

  private func cell(_ count: Int, _ look: String = "") -> HTML {
    count == 0
      ? "<td class=\"n dim\">0</td>" : "<td class=\"n \(look)\">\(count)</td>"
  }
}
