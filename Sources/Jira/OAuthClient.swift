/// A service account of JIRA Cloud that fetches its access tokens itself (OAuth 2.0, RFC 6749, 4.4).
public struct OAuthClient: Sendable, Hashable {
  /// Atlassian's own token endpoint.
  public static let atlassianTokenURL = "https://auth.atlassian.com/oauth/token"

  /// The client id of the service account's credentials.
  public let id: String
  /// The client secret.
  public let secret: String
  /// Where tokens are fetched: `https`, or `http` to a loopback host.
  public let tokenURL: String

  /// Describes a service account's credentials.
  ///
  /// - Parameters:
  ///   - id: the client id.
  ///   - secret: the client secret.
  ///   - tokenURL: where tokens are fetched.
  public init(id: String, secret: String, tokenURL: String = OAuthClient.atlassianTokenURL) {
    self.id = id
    self.secret = secret
    self.tokenURL = tokenURL
  }

  func check() throws(JiraConfigurationError) {
    guard !id.isEmpty, JiraConfiguration.isHeaderSafe(id) else {
      throw JiraConfigurationError("the JIRA client id is empty or holds a control character")
    }
    guard !secret.isEmpty, JiraConfiguration.isHeaderSafe(secret) else {
      throw JiraConfigurationError("the JIRA client secret is empty or holds a control character")
    }
    guard JiraBaseURL.isSafe(tokenURL) else {
      throw JiraConfigurationError(
        "the address for access tokens is '\(tokenURL)'; expected https, such as \(Self.atlassianTokenURL) (http is "
          + "for loopback hosts only)")
    }
  }
}
