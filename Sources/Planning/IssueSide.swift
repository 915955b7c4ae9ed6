/// The issue's side of a plan.
public enum IssueSide: Sendable, Hashable {
  /// The issue as it was read.
  case present(IssueSnapshot)
  /// There is no issue yet: the plan is the one to make it.
  case absent
  /// The issue of this key was deleted.
  case deleted(key: String)
}
