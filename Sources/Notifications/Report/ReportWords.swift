/// Numbers of a report in words that all formats share.
struct ReportWords: Sendable {
  let report: Report

  init(_ report: Report) { self.report = report }

  /// What it is a report of.
  var title: String {
    let project = report.project.map { " · \($0)" } ?? ""
    return "Technical debt and sync\(project)"
  }

  /// The days that it is about.
  var period: String {
    let from = UTCTime(report.from)
    let to = UTCTime(report.to)
    return "\(from.date) \(from.clock) to \(to.date) \(to.clock) UTC"
  }

  /// The most important in one sentence.
  var summary: String {
    let change = report.open - report.openBefore
    let trend =
      change == 0
      ? "as many as at the beginning"
      : "\(abs(change).grouped) \(change > 0 ? "more" : "fewer") than at the beginning"
    var sentences = [
      "\(Self.counted(report.open, "file")) of \(report.rows.grouped) \(report.open == 1 ? "has" : "have") technical debt, \(trend)."
    ]
    if report.isInStep { sentences.append("Every row is in sync with JIRA.") }
    if let reason = report.closedReason {
      sentences.append("JIRA cannot be called at the moment: \(Headline.line(reason)).")
    }
    if report.withError > 0 {
      sentences.append("\(Self.counted(report.withError, "row")) cannot be synced at the moment.")
    }
    if report.dead > 0 {
      sentences.append(
        "\(Self.counted(report.dead, "job")) \(report.dead == 1 ? "was" : "were") given up.")
    }
    if report.waiting > 0 {
      sentences.append(
        "\(Self.counted(report.waiting, "change")) \(report.waiting == 1 ? "has" : "have") waited for more than a minute."
      )
    }
    if report.openConflicts > 0 {
      sentences.append(
        "\(Self.counted(report.openConflicts, "conflict")) \(report.openConflicts == 1 ? "waits" : "wait") for a decision."
      )
    }
    if report.calls.outages > 0 {
      sentences.append("JIRA was out of reach \(Self.counted(report.calls.outages, "time")).")
    }
    return sentences.joined(separator: " ")
  }

  /// Names and values of what was synced.
  var activity: [(name: String, value: String)] {
    [
      ("Issues created", report.created.grouped),
      ("Issues updated", report.issuesUpdated.grouped),
      ("Rows updated from JIRA", report.rowsUpdated.grouped),
      ("Linked rows", report.linked.grouped),
      ("Runs of jobs", report.runs.grouped),
      ("Jobs given up", report.dead.grouped),
    ]
  }

  /// How fast: from a change to JIRA, and from the poller's finding to the row.
  var speed: [(name: String, speed: Report.Speed)] {
    [
      ("From a change of a row to JIRA", report.toJira),
      ("From the poll that finds it to the row", report.toRow),
    ]
  }

  /// Names and values of calls.
  var calls: [(name: String, value: String)] {
    [
      ("Calls to JIRA today", report.calls.today.grouped),
      ("Times JIRA limited us, in all", report.calls.refusals.grouped),
      ("Times out of reach in this period", report.calls.outages.grouped),
    ]
  }

  /// A duration as people read it.
  static func seconds(_ value: Double?) -> String {
    guard let value else { return "–" }
    if value < 1 { return "\(Int((value * 1_000).rounded())) ms" }
    if value < 100 {
      let tenths = Int((value * 10).rounded())
      return "\(tenths / 10).\(tenths % 10) s"
    }
    return Paragraphs.span(value)
  }

  /// `+3`, `−2` or `±0`.
  static func signed(_ value: Int) -> String {
    value > 0 ? "+\(value.grouped)" : value < 0 ? "−\((-value).grouped)" : "±0"
  }

  /// How long ago, in days.
  func age(_ since: Double?) -> String {
    since.map { Paragraphs.span(report.to - $0) } ?? "no issue yet"
  }

  static func counted(_ count: Int, _ noun: String) -> String {
    "\(count.grouped) \(noun)\(count == 1 ? "" : "s")"
  }
}
