/// A report as tables, for terminals and for Markdown.
struct ReportTables: Sendable {
  /// A table with a title.
  struct Table: Sendable, Hashable {
    let title: String
    let header: [String]
    let rows: [[String]]
    /// Columns that hold numbers.
    let numbers: Set<Int>
    /// What stands there when there are no rows.
    let empty: String
    /// What stands below, where there are more rows than are shown.
    let rest: String?

    /// Makes a table whose cells are of one line each, whatever a row or a server put into them.
    init(
      title: String, header: [String], rows: [[String]], numbers: Set<Int> = [],
      more: Int = 0, empty: String = "None."
    ) {
      self.title = title
      self.header = header
      self.rows = rows.map { $0.map { Headline.line($0, limit: 300) } }
      self.numbers = numbers
      self.empty = empty
      rest = ReportTables.rest(more)
    }
  }

  /// What stands below a list that is not shown whole; nil below one that is.
  static func rest(_ more: Int) -> String? {
    more > 0 ? "… and \(more.grouped) more" : nil
  }

  let title: String
  let period: String
  let summary: String
  let tables: [Table]

  init(_ report: Report) {
    let words = ReportWords(report)
    title = Headline.line(words.title)
    period = words.period
    summary = words.summary
    tables = [
      Table(
        title: "What was synced", header: ["", "Count"],
        rows: words.activity.map { [$0.name, $0.value] }, numbers: [1]),
      Table(
        title: "How fast", header: ["", "Measured", "Median", "95 of 100 within"],
        rows: words.speed.map { name, speed in
          [
            name, speed.count.grouped, ReportWords.seconds(speed.median),
            ReportWords.seconds(speed.p95),
          ]
        }, numbers: [1, 2, 3]),
      Self.shares("Open debt by layer", "Layer", report.layers, more: report.moreLayers),
      Self.shares(
        "Open debt by workflow", "Workflow", report.workflows, more: report.moreWorkflows),
      Table(
        title: "Oldest open debt", header: ["File", "Issue", "Open for", "Debt"],
        rows: report.oldest.map {
          [$0.label, $0.issueKey ?? "–", words.age($0.since), Headline.line($0.debt, limit: 60)]
        }, empty: "No file has technical debt."),
      Table(
        title: "Failures by cause", header: ["Count", "Outcome", "Last", "For example"],
        rows: report.failures.map {
          [
            $0.count.grouped, $0.outcome, UTCTime($0.last).text(readAt: report.to),
            Headline.line($0.example, limit: 100),
          ]
        }, numbers: [0], more: report.moreFailures, empty: "Nothing failed."),
      Table(
        title: "Conflicts", header: ["Field", "Row won", "JIRA won", "By hand", "Open"],
        rows: report.conflicts.map {
          [
            $0.field, $0.rowWon.grouped, $0.jiraWon.grouped, $0.byHand.grouped, $0.open.grouped,
          ]
        }, numbers: [1, 2, 3, 4], empty: "There were none."),
      Table(
        title: "Calls to JIRA", header: ["", "Count"],
        rows: words.calls.map { [$0.name, $0.value] }, numbers: [1]),
    ]
  }

  private static func shares(
    _ title: String, _ name: String, _ shares: [Report.Share], more: Int
  ) -> Table {
    Table(
      title: title, header: [name, "Open", "Change"],
      rows: shares.map {
        [
          Headline.line($0.name, limit: 60), $0.open.grouped,
          ReportWords.signed($0.open - $0.before),
        ]
      }, numbers: [1, 2], more: more, empty: "No file has technical debt.")
  }

  /// For terminals: columns by blanks.
  var text: String {
    ([title, period, ""] + Self.wrapped(summary) + [""]).joined(separator: "\n") + "\n"
      + plainTables
  }

  /// The tables alone.
  var plainTables: String {
    var lines: [String] = []
    for table in tables {
      if !lines.isEmpty { lines.append("") }
      lines.append(table.title.uppercased())
      guard !table.rows.isEmpty else {
        lines.append("  \(table.empty)")
        continue
      }
      let rows = table.rows.map { $0.map { Self.cut($0, to: 48) } }
      let all = [table.header] + rows
      let widths = table.header.indices.map { column in
        all.map { $0[column].count }.max() ?? 0
      }
      let shown = table.header.contains { !$0.isEmpty } ? all : rows
      for row in shown {
        let cells = row.indices.map { column -> String in
          let blanks = String(repeating: " ", count: widths[column] - row[column].count)
          return table.numbers.contains(column) ? blanks + row[column] : row[column] + blanks
        }
        var line = "  " + cells.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        lines.append(line)
      }
      if let rest = table.rest { lines.append("  \(rest)") }
    }
    return lines.joined(separator: "\n")
  }

  /// The end of a path says more than its beginning.
  private static func cut(_ text: String, to limit: Int) -> String {
    guard text.count > limit else { return text }
    return text.contains("/") && !text.contains(" ")
      ? "…" + text.suffix(limit - 1) : text.prefix(limit - 1) + "…"
  }

  /// Lines of at most 78 characters.
  private static func wrapped(_ text: String) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + word.count + 1 > 78 { lines.append("") }
      lines[lines.count - 1] += (lines[lines.count - 1].isEmpty ? "" : " ") + word
    }
    return lines
  }

  /// For pages that render Markdown.
  var markdown: String {
    var lines = ["# \(Self.markdown(title))", "", "*\(period)*", "", Self.markdown(summary)]
    for table in tables {
      lines += ["", "## \(table.title)", ""]
      guard !table.rows.isEmpty else {
        lines.append(table.empty)
        continue
      }
      lines.append("| " + table.header.joined(separator: " | ") + " |")
      let rules = table.header.indices.map { table.numbers.contains($0) ? "---:" : "---" }
      lines.append("| " + rules.joined(separator: " | ") + " |")
      for row in table.rows {
        lines.append("| " + row.map(Self.markdown).joined(separator: " | ") + " |")
      }
      if let rest = table.rest { lines += ["", rest] }
    }
    return lines.joined(separator: "\n")
  }

  /// Text in which nothing means anything to Markdown.
  private static func markdown(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    // By scalars: one that joins with the next would hide that from a comparison of characters.
    for scalar in text.unicodeScalars {
      if "\\`*_{}[]<>#|~!".unicodeScalars.contains(scalar) { result.append("\\") }
      result.append(scalar)
    }
    return String(result)
  }
}
