/// A report as a page that stands alone: no script, no font and no picture from elsewhere; it prints on paper.
struct ReportPage: Sendable {
  /// The document.
  let html: String

  init(_ report: Report) {
    let words = ReportWords(report)
    let labels = report.days.map { String($0.date.dropFirst(5)) }
    let debt = Chart("Files with technical debt, day by day", labels: labels).area(
      Chart.Series(name: "files", color: "#0052cc", values: report.days.map(\.open)))
    let series = [
      Chart.Series(name: "issues created", color: "#0052cc", values: report.days.map(\.created)),
      Chart.Series(
        name: "values written to JIRA", color: "#4c9aff", values: report.days.map(\.toJira)),
      Chart.Series(
        name: "values written to rows", color: "#36b37e", values: report.days.map(\.toRows)),
    ]
    let legend = series.map {
      #"<span><i style="background:\#($0.color)"></i>\#($0.name)</span>"#
    }.joined()
    let tables = ReportTables(report).tables.map { ($0.title, Self.table($0, site: report.site)) }
    let named = Dictionary(tables) { first, _ in first }
    html = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
      <title>\(HTMLText.escaped(words.title)), \(words.period)</title><style>\(Self.style)</style></head><body><main>
      <header><h1>\(HTMLText.escaped(words.title))</h1><p class="period">\(words.period)\(Self.site(report.site))</p>
      <p class="summary">\(HTMLText.escaped(words.summary))</p></header>
      <section class="cards">\(Self.cards(report))</section>
      <section><h2>Files with technical debt</h2>\(debt)</section>
      <section><h2>Sync activity</h2>\(Chart("Issues created and values written, day by day", labels: labels).bars(series))\
      <p class="legend">\(legend)</p></section>
      <div class="pair"><section>\(Self.shares("Open debt by layer", report.layers, more: report.moreLayers))</section>
      <section>\(Self.shares("Open debt by workflow", report.workflows, more: report.moreWorkflows))</section></div>
      <section>\(named["Oldest open debt"] ?? "")</section>
      <div class="pair"><section>\(named["What was synced"] ?? "")</section>
      <section>\(named["Calls to JIRA"] ?? "")</section></div>
      <section>\(named["How fast"] ?? "")</section>
      <section>\(named["Failures by cause"] ?? "")</section>
      <section>\(named["Conflicts"] ?? "")</section>
      <footer>Made by jira-sync on \(UTCTime(report.to).date) at \(UTCTime(report.to).clock) UTC. Debt over time is counted from the day a
      file got its issue; how fast, from the commit of a change.</footer>
      </main></body></html>
      """
  }

  private static func site(_ site: String?) -> String {
    site.map { " · " + HTMLText.escaped($0) } ?? ""
  }

  private static func cards(_ report: Report) -> String {
    let change = report.open - report.openBefore
    let cards: [(String, String, String, String)] = [
      (
        report.open.grouped, "files with debt",
        "\(ReportWords.signed(change)) in this period", change > 0 ? "bad" : "good"
      ),
      (report.created.grouped, "issues created", "\(report.linked.grouped) linked in all", ""),
      (
        ReportWords.seconds(report.toJira.median), "from a change to JIRA",
        "95 of 100 within \(ReportWords.seconds(report.toJira.p95))", ""
      ),
      (
        report.withError.grouped, "rows that cannot be synced",
        "\(ReportWords.counted(report.openConflicts, "open conflict"))",
        report.withError > 0 || report.openConflicts > 0 ? "bad" : "good"
      ),
    ]
    return cards.map { value, name, note, mood in
      #"<div class="card \#(mood)"><b>\#(value)</b><span>\#(name)</span><small>\#(note)</small></div>"#
    }.joined()
  }

  /// Bars beside names: shorter to read than a table.
  private static func shares(_ title: String, _ shares: [Report.Share], more: Int) -> String {
    guard !shares.isEmpty else { return "<h2>\(title)</h2><p>No file has technical debt.</p>" }
    let most = max(shares.map { max($0.open, $0.before) }.max() ?? 1, 1)
    let rows = shares.map { share -> String in
      let width = share.open * 100 / most
      let change = share.open - share.before
      let mood = change > 0 ? "bad" : change < 0 ? "good" : "same"
      return """
        <tr><th scope="row">\(HTMLText.escaped(Headline.line(share.name, limit: 60)))</th><td class="bar">\
        <i style="width:\(width)%"></i></td><td class="number">\(share.open.grouped)</td>\
        <td class="number \(mood)">\(ReportWords.signed(change))</td></tr>
        """
    }.joined()
    return "<h2>\(title)</h2><table class=\"shares\"><tbody>\(rows)</tbody></table>"
      + rest(ReportTables.rest(more))
  }

  private static func table(_ table: ReportTables.Table, site: String?) -> String {
    guard !table.rows.isEmpty else { return "<h2>\(table.title)</h2><p>\(table.empty)</p>" }
    let head = table.header.enumerated().map { column, name in
      "<th scope=\"col\"\(table.numbers.contains(column) ? " class=\"number\"" : "")>\(name)</th>"
    }.joined()
    let issues = table.header.firstIndex(of: "Issue")
    let rows = table.rows.map { row in
      "<tr>"
        + row.enumerated().map { column, text -> String in
          let shown = HTMLText.escaped(text)
          let isIssue = column == issues && text != "–"
          let cell = isIssue ? link(shown, site: site) : shown
          return "<td\(table.numbers.contains(column) ? " class=\"number\"" : "")>\(cell)</td>"
        }.joined() + "</tr>"
    }.joined()
    return """
      <h2>\(table.title)</h2><table><thead><tr>\(head)</tr></thead><tbody>\(rows)</tbody></table>
      \(rest(table.rest))
      """
  }

  private static func rest(_ text: String?) -> String {
    text.map { "<p class=\"legend\">\($0)</p>" } ?? ""
  }

  private static func link(_ key: String, site: String?) -> String {
    guard let site else { return key }
    return #"<a href="\#(HTMLText.escaped(site))/browse/\#(key)">\#(key)</a>"#
  }

  private static let style = """
    :root{--ink:#172b4d;--soft:#5e6c84;--line:#dfe1e6;--good:#00755a;--bad:#bf2600}
    *{box-sizing:border-box}body{margin:0;background:#f4f5f7;color:var(--ink);font:15px/1.5 -apple-system,'Segoe UI',\
    Helvetica,Arial,'DejaVu Sans',sans-serif}
    main{max-width:860px;margin:0 auto;padding:32px 24px 48px}
    h1{font-size:26px;line-height:1.2;margin:0}h2{font-size:16px;margin:0 0 10px}
    .period{color:var(--soft);margin:4px 0 14px}.summary{font-size:17px;margin:0 0 20px}
    section,.card{background:#fff;border:1px solid var(--line);border-radius:6px;padding:18px 20px;margin:0 0 16px}
    .cards{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;background:none;border:0;padding:0}
    .card{margin:0;padding:14px 16px}.card b{display:block;font-size:25px;line-height:1.2}
    .card span{display:block}.card small{color:var(--soft)}.card.bad b{color:var(--bad)}.card.good b{color:var(--good)}
    .pair{display:grid;grid-template-columns:1fr 1fr;gap:16px;align-items:start}
    svg{display:block;width:100%;height:auto}.grid{stroke:var(--line)}.scale{fill:var(--soft);font-size:11px}
    .value{fill:var(--ink);font-size:14px;font-weight:600}
    .legend{margin:8px 0 0;color:var(--soft);font-size:13px}.legend span{margin-right:18px}
    .legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
    table{border-collapse:collapse;width:100%;font-size:14px}
    th,td{text-align:left;padding:6px 10px 6px 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
    thead th{border-top:0;color:var(--soft);font-weight:500;font-size:13px;padding-top:0}
    .number{text-align:right;padding-right:0;padding-left:10px;white-space:nowrap;font-variant-numeric:tabular-nums}
    .shares th{font-weight:400;width:46%}.bar{width:30%}.bar i{display:block;height:12px;margin-top:5px;border-radius:2px;\
    background:#4c9aff;min-width:2px}
    .good{color:var(--good)}.bad{color:var(--bad)}.same{color:var(--soft)}a{color:#0052cc;text-decoration:none;white-space:nowrap}
    footer{color:var(--soft);font-size:12px;margin-top:8px}
    @media (max-width:640px){.cards{grid-template-columns:1fr 1fr}.pair{grid-template-columns:1fr}}
    @media print{body{background:#fff;font-size:11pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
    main{padding:0 1px;max-width:none}section,.card,.pair,tr{break-inside:avoid}section:has(table){break-inside:auto}
    h2{break-after:avoid}svg{max-height:54mm}@page{margin:16mm}}
    """
}
