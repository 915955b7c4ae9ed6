/// When a field is sent to JIRA.
public enum ApplyWhen: String, Sendable, Hashable, Codable, CaseIterable {
  /// When the issue is made and whenever the row changes.
  case createAndUpdate = "create_and_update"
  /// Only when the issue is made; later changes of the row stay in the row.
  case create
  /// Only after the issue was made, by an edit: for fields that the create screen lacks.
  case update
}
