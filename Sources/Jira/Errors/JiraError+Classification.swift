extension JiraError {
  /// What the error means for the work that met it.
  ///
  /// It says nothing of whether a creation may be sent again: that is `CreateOutcome`.
  public var classification: JiraErrorClass {
    switch kind {
    case .rateLimited: .rateLimited(retryAfter?.delay)
    // A 503 that names a time is a limit by another name.
    case .unavailable where status == 503 && retryAfter != nil: .rateLimited(retryAfter?.delay)
    case .network, .timeout, .unavailable, .unexpectedAnswer, .cancelled: .transient
    case .conflict: .conflict
    case .unauthorized, .forbidden, .captcha, .redirected, .circuitOpen: .authentication
    case .notFound, .gone, .invalid, .unreadable: .permanent
    }
  }

  /// How far a limit reaches.
  public enum LimitScope: String, Sendable, Hashable {
    /// Everything that this account or this tenant does.
    case site
    /// Calls of this endpoint.
    case endpoint
    /// Writes to this issue.
    case issue
  }

  /// How far the limit reaches that was hit; nil where none was.
  ///
  /// Atlassian's documentation of rate limits names the reasons; one that it does not name counts for the whole site.
  public var limitScope: LimitScope? {
    guard case .rateLimited = classification else { return nil }
    switch rateLimitReason {
    case "jira-per-issue-on-write": return .issue
    case "jira-burst-based": return .endpoint
    default: return .site
    }
  }
}
