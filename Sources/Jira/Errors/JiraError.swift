import HTTP

/// Why a call to JIRA did not do what it should.
///
/// Neither credentials nor what was sent is in it; messages are JIRA's own, cut to a bounded length.
public struct JiraError: Error, Sendable, Hashable {
  /// What went wrong.
  public enum Kind: String, Sendable, Hashable {
    /// No connection, or it broke.
    case network
    /// No answer in time, or JIRA said 408.
    case timeout
    /// 429.
    case rateLimited
    /// 5xx, or 425.
    case unavailable
    /// 409: another change at the same time.
    case conflict
    /// 401, or JIRA ran the call as an anonymous user because it rejected the credentials.
    case unauthorized
    /// 403.
    case forbidden
    /// Too many failed logins: JIRA wants a person to solve a CAPTCHA.
    case captcha
    /// 404: there is no such thing, or the account may not see it.
    case notFound
    /// 410: the endpoint was removed.
    case gone
    /// 400, 413, 422 and any other refusal of what was sent.
    case invalid
    /// 3xx: the address is not the site's own, or a login page stands before it.
    case redirected
    /// An answer that is not what the endpoint promises.
    case unexpectedAnswer
    /// JSON that is nested too deep to be read, which it will be next time as well.
    case unreadable
    /// The task that waited was cancelled.
    case cancelled
    /// Not sent: the circuit for the site is open.
    case circuitOpen
  }

  /// What went wrong.
  public var kind: Kind
  /// The status of the answer, nil where none came.
  public var status: Int?
  /// Verb and path template, such as `PUT /issue/{id}`.
  public var endpoint: String
  /// What JIRA said, or what the connection reported.
  public var messages: [String]
  /// What JIRA said of single fields, by field id.
  public var fieldErrors: [String: String]
  /// When JIRA says to come back.
  public var retryAfter: RetryAfter?
  /// Which limit was hit, in JIRA's words (`RateLimit-Reason`).
  public var rateLimitReason: String?
  /// What Atlassian's support asks for.
  public var requestID: String?
  /// Whether JIRA may have acted on the call although it failed.
  public var mayHaveBeenReceived: Bool

  /// Describes an error.
  public init(
    kind: Kind, status: Int? = nil, endpoint: String, messages: [String] = [],
    fieldErrors: [String: String] = [:], retryAfter: RetryAfter? = nil,
    rateLimitReason: String? = nil, requestID: String? = nil, mayHaveBeenReceived: Bool = true
  ) {
    self.kind = kind
    self.status = status
    self.endpoint = endpoint
    self.messages = messages
    self.fieldErrors = fieldErrors
    self.retryAfter = retryAfter
    self.rateLimitReason = rateLimitReason
    self.requestID = requestID
    self.mayHaveBeenReceived = mayHaveBeenReceived
  }
}

extension JiraError: CustomStringConvertible {
  /// A text for people.
  public var description: String {
    var text = "JIRA \(endpoint): " + (status.map { "\($0) " } ?? "") + kind.summary
    let fields = fieldErrors.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    let details = messages + fields
    if !details.isEmpty { text += ": " + details.joined(separator: "; ") }
    if let retryAfter { text += " (try again in \(retryAfter.milliseconds / 1_000) s)" }
    // No site is without it: what answers is no JIRA.
    let isElsewhere = kind == .notFound && endpoint.hasSuffix("/serverInfo")
    if let advice = isElsewhere ? "Check JIRA_BASE_URL" : kind.advice {
      text += (text.hasSuffix(".") ? " " : ". ") + advice
    }
    if let requestID { text += " [request \(requestID)]" }
    return text
  }
}

extension JiraError.Kind {
  fileprivate var summary: String {
    switch self {
    case .network: "no connection"
    case .timeout: "no answer in time"
    case .rateLimited: "too many requests"
    case .unavailable: "not available"
    case .conflict: "changed by someone else at the same time"
    case .unauthorized: "credentials not accepted"
    case .forbidden: "not permitted"
    case .captcha: "login blocked by a CAPTCHA"
    case .notFound: "not found, or not visible to this account"
    case .gone: "removed from this JIRA"
    case .invalid: "refused"
    case .redirected: "redirected"
    case .unexpectedAnswer: "unexpected answer"
    case .unreadable: "cannot be read"
    case .cancelled: "cancelled"
    case .circuitOpen: "not sent, since JIRA is out of reach for all workers"
    }
  }

  fileprivate var advice: String? {
    switch self {
    case .unauthorized:
      "Check JIRA_EMAIL and JIRA_API_TOKEN, or JIRA_PAT, or JIRA_CLIENT_ID and JIRA_CLIENT_SECRET; "
        + "tokens expire"
    case .captcha: "Log in once with a browser and solve the CAPTCHA"
    case .redirected: "Check JIRA_BASE_URL; redirects are not followed"
    default: nil
    }
  }
}

/// What an error means for the work that met it.
public enum JiraErrorClass: Sendable, Hashable {
  /// Passes by itself: try again with backoff.
  case transient
  /// A limit: try again at the time told, or with backoff where none was told.
  case rateLimited(Duration?)
  /// Another change at the same time: read again, then try again.
  case conflict
  /// The site does not let this account in, or is not at this address: stop calling it until a probe succeeds.
  case authentication
  /// What was sent will be refused again: no retry until the data or the mapping changes.
  case permanent
}
