/// What is between a row and an issue.
public enum LinkState: String, Sendable, Hashable {
  /// An issue is being made, or JIRA refused to make it.
  case creating
  /// JIRA may or may not have made it; it is being searched for.
  case createUnknown = "create_unknown"
  /// Row and issue belong together.
  case linked
  /// A person said that they do not: never made again.
  case unlinked
  /// The issue is gone.
  case issueGone = "issue_gone"
  /// The row is gone.
  case rowGone = "row_gone"
}
