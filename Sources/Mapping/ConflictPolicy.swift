/// Who wins where both sides of a field changed to different values.
public enum ConflictPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  /// The row's value is written to JIRA.
  case rowWins = "row_wins"
  /// JIRA's value is written to the row.
  case jiraWins = "jira_wins"
  /// Neither is written until a person decides.
  case manual
}
