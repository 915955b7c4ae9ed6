import Jira
import Postgres

/// What keeps a call from going out.
struct CallObstacle: Sendable, Hashable {
  /// The send slot is no longer valid: there was a block since.
  static let anew = "anew"
  private static let circuit = "circuit"
  private static let budget = "budget"

  /// The scope that is limited, or one of the above.
  let scope: String
  /// What JIRA said.
  let reason: String
  /// For how long.
  let wait: Duration

  init?(_ row: PostgresRow) throws(PostgresError) {
    guard let scope = try row.get("blocked_scope", as: String?.self) else { return nil }
    self.scope = scope
    reason = try row.get("blocked_reason", as: String?.self) ?? ""
    wait = .seconds(try row.get("wait", as: Double.self))
  }

  /// Whether only our own ceiling is in the way.
  var isOfBudget: Bool { scope == Self.budget }

  /// The error that the caller gets: nothing was sent.
  func error(for call: JiraCall) -> JiraError {
    guard scope != Self.circuit else {
      return JiraError(
        kind: .circuitOpen, endpoint: call.endpoint, messages: [reason], mayHaveBeenReceived: false)
    }
    let text =
      scope == Self.budget ? reason : "JIRA has limited \(scope), so nothing was sent: \(reason)"
    let milliseconds = Int64((wait / .milliseconds(1)).rounded(.up))
    return JiraError(
      kind: .rateLimited, endpoint: call.endpoint, messages: [text],
      retryAfter: RetryAfter(
        milliseconds: milliseconds, source: .fleet, limit: .seconds(86_400)),
      mayHaveBeenReceived: false)
  }

  /// The scope of a limit that JIRA told of; nil for any other error, and for what the budget itself said.
  static func scope(of error: JiraError, for call: JiraCall) -> String? {
    guard error.status != nil else { return nil }
    return switch error.limitScope {
    case .site: "site"
    case .endpoint: "endpoint:\(call.endpoint)"
    case .issue: "issue:\(call.issue ?? "unknown")"
    case nil: nil
    }
  }
}
