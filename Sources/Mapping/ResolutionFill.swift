/// What JIRA knows about a resolution that fills a column when the issue is resolved.
public enum ResolutionFill: String, Sendable, Hashable, Codable, CaseIterable {
  /// When it was resolved.
  case date = "resolution_date"
  /// Who resolved it.
  case resolver
}
