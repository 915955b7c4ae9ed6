/// Which of the two families of JIRA a site belongs to.
public enum JiraDialect: String, Sendable, Hashable, Codable {
  /// JIRA Cloud: REST v3, rich text as ADF, people by `accountId`.
  case cloud
  /// JIRA Data Center and Server: REST v2, rich text as wiki markup, people by `name`.
  case dataCenter

  /// The path of the REST API below the site's base address.
  var apiPath: String {
    switch self {
    case .cloud: "/rest/api/3"
    case .dataCenter: "/rest/api/2"
    }
  }
}
