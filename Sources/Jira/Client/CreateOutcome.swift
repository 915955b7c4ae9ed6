import JSON

/// What came of a creation, sorted by what may be done next.
///
/// JIRA has no idempotency key, so that the one unforgivable mistake is to take an open question for a no.
public enum CreateOutcome: Sendable, Hashable {
  /// The issue exists.
  case created(id: String, key: String)
  /// JIRA looked at it and said no: there is no issue, and sending the same again would be refused again.
  case refused(JiraError)
  /// There is surely no issue, and the same may be sent again: not let in, a limit, no connection, a short error.
  case notSent(JiraError)
  /// There may be an issue. Look for the marker; do not send again before that.
  case unknown(JiraError)

  /// Sorts a creation that failed.
  ///
  /// Only what is surely a no counts as one: 408, 409, 425 and every 5xx leave the question open, as do redirects and answers that cannot be read.
  ///
  /// - Parameter error: what went wrong.
  public init(failure error: JiraError) {
    guard let status = error.status else {
      self = error.mayHaveBeenReceived ? .unknown(error) : .notSent(error)
      return
    }
    switch status {
    case 401, 403, 429: self = .notSent(error)
    case 408, 409, 425: self = .unknown(error)
    // Refused to another user: what JIRA thinks of the draft is not known.
    case 400..<500 where error.kind == .unauthorized: self = .notSent(error)
    case 400..<500: self = .refused(error)
    default: self = .unknown(error)
    }
  }
}

/// What JIRA says of an issue it has just made.
struct CreatedIssue: Hashable {
  let id: String
  let key: String

  init?(_ json: JSON) {
    guard let id = json["id"]?.identifier, let key = json["key"]?.string, !key.isEmpty
    else { return nil }
    self.id = id
    self.key = key
  }
}
