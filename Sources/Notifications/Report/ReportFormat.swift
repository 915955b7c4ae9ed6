import JSON

/// How a report is written.
public enum ReportFormat: String, Sendable, Hashable, CaseIterable {
  /// For a terminal and for mail.
  case text
  /// For a page that renders it.
  case markdown
  /// A page that stands alone, with charts.
  case html
  /// For programs.
  case json
}

extension Report {
  /// Writes the report.
  ///
  /// - Parameter format: how.
  /// - Returns: the text, without a line end at its end.
  public func written(as format: ReportFormat) -> String {
    switch format {
    case .text: ReportTables(self).text
    case .markdown: ReportTables(self).markdown
    case .html: ReportPage(self).html
    case .json: json.text
    }
  }
}
