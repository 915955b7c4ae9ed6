import HTTP

/// Where JIRA is and how to talk to it.
public struct JiraConfiguration: Sendable {
  /// The address that is called, without a slash at its end, with the context path where there is one.
  public let baseURL: String
  /// The address by which the site is remembered: the same, unless calls go through Atlassian's gateway.
  public let siteURL: String
  /// Who the client is.
  public let credentials: JiraCredentials
  /// The family of the site; nil where it was neither given nor is known from the address.
  public let dialect: JiraDialect?
  /// What the client calls itself.
  public let userAgent: String
  /// How long one call may take.
  public let timeouts: HTTPTimeouts

  /// Checks and keeps the settings.
  ///
  /// - Parameters:
  ///   - baseURL: the site's address, `https`, or `http` to a loopback host; a context path and a slash at the end are fine.
  ///   - credentials: who the client is.
  ///   - dialect: the family of the site; nil takes it from the address, `*.atlassian.net` and `api.atlassian.com` being Cloud.
  ///   - cloudID: the site's cloud id, for scoped tokens and service accounts: calls then go to
  ///     `https://api.atlassian.com/ex/jira/{cloudID}`, unless the address is such a one already.
  ///   - userAgent: what the client calls itself.
  ///   - timeouts: how long one call may take.
  /// - Throws: `JiraConfigurationError` where the address cannot be used, or a credential is empty or holds characters that no header may have.
  public init(
    baseURL: String, credentials: JiraCredentials, dialect: JiraDialect? = nil,
    cloudID: String? = nil, userAgent: String = "jira-sync", timeouts: HTTPTimeouts = HTTPTimeouts()
  ) throws(JiraConfigurationError) {
    let address = try JiraBaseURL(parsing: baseURL)
    try Self.check(credentials)
    siteURL = address.text
    self.baseURL =
      try cloudID.map { id throws(JiraConfigurationError) in
        try address.throughGateway(cloudID: id)
      } ?? address.text
    self.credentials = credentials
    let isCloud: Bool
    if case .clientCredentials = credentials { isCloud = true } else { isCloud = cloudID != nil }
    self.dialect = dialect ?? (address.isAtlassianCloud || isCloud ? .cloud : nil)
    self.userAgent = userAgent
    self.timeouts = timeouts
  }

  private static func check(_ credentials: JiraCredentials) throws(JiraConfigurationError) {
    switch credentials {
    case .basic(let email, let token):
      guard !email.isEmpty, !email.contains(":"), isHeaderSafe(email) else {
        throw JiraConfigurationError(
          "the JIRA account's e-mail address is empty or holds a colon or a control character; "
            + "expected something like ada@example.com")
      }
      guard !token.isEmpty, isHeaderSafe(token) else {
        throw JiraConfigurationError("the JIRA API token is empty or holds a control character")
      }
    case .bearer(let token):
      guard !token.isEmpty, isHeaderSafe(token) else {
        throw JiraConfigurationError("the JIRA access token is empty or holds a control character")
      }
    case .clientCredentials(let client): try client.check()
    case .anonymous: break
    }
  }

  static func isHeaderSafe(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
  }
}

/// Why a JIRA configuration cannot be used.
public struct JiraConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found and what is expected instead; contains no secret.
  public var description: String

  /// Describes an error.
  ///
  /// - Parameter description: what was found and what is expected instead, without secrets.
  public init(_ description: String) { self.description = description }
}
