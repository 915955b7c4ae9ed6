/// Which of the two products is played.
public enum Deployment: String, Sendable, Hashable, CaseIterable {
  /// JIRA Cloud: `/rest/api/3` and `/rest/api/2`, people by `accountId`, search by page token.
  case cloud
  /// JIRA Data Center: only `/rest/api/2`, people by `name`, search by `startAt`.
  case server
}

/// The version of the API that was asked: it decides how documents are written.
enum APIVersion: String, Sendable {
  case v2 = "2"
  case v3 = "3"
}
