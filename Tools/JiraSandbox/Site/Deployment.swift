/// Which of the two products is played.
public enum Deployment: String, Sendable, Hashable, CaseIterable {
  /// JIRA Cloud: `/rest/api/3` and `/rest/api/2`, people by `accountId`, search by page token.
  case cloud
  /// JIRA Data Center: only `/rest/api/2`, people by `name`, search by `startAt`.
  case server
}
