import FoundationEssentials
import Jira
import Postgres

/// The circuit of the site as one worker sees it: `jira_sync.circuit`, which all workers share.
struct Circuit: Sendable {
  /// Why JIRA cannot be called.
  enum Cause: String, Sendable {
    /// 401: our credentials are not believed.
    case credentials
    /// 403 for everything.
    case forbidden
    /// DNS, TLS, no connection.
    case unreachable
  }

  /// What became of a trouble that was told of.
  enum Outcome: String, Sendable {
    /// The circuit is open now, for everybody.
    case opened
    /// It was open already.
    case open
    /// Others get through: only this worker has the trouble.
    case alone
  }

  /// How the circuit stands.
  struct Turn: Sendable {
    let isOpen: Bool
    /// Whether this worker is to probe.
    let isMine: Bool
    /// When the next probe is due.
    let wait: Duration
    let reason: String?
    /// A mark of the credentials that closed it the last time.
    let closedCredentials: String?
  }

  private let database: PostgresClient
  private let member: SiteMember
  /// A mark of this worker's credentials.
  let credentials: String

  init(database: PostgresClient, member: SiteMember, credentials: String) {
    self.database = database
    self.member = member
    self.credentials = credentials
  }

  /// How the circuit stands, and whether it is this worker's turn to probe.
  func turn() async throws(PostgresError) -> Turn {
    let row = try await database.query(
      """
      select state, mine, wait, reason, closed_credentials
      from jira_sync.take_probe(\(member.worker)::uuid)
      """, doing: "looking whether JIRA can be called"
    ).one
    return Turn(
      isOpen: try row.get("state", as: String.self) != "closed", isMine: try row.get("mine"),
      wait: .seconds(try row.get("wait", as: Double?.self) ?? 0),
      reason: try row.get("reason", as: String?.self),
      closedCredentials: try row.get("closed_credentials", as: String?.self))
  }

  /// Tells that this worker cannot call JIRA at all.
  func trouble(_ error: JiraError, cause: Cause) async throws(PostgresError) -> Outcome {
    let outcome: String = try await database.query(
      """
      select jira_sync.report_circuit_failure(
        \(member.worker)::uuid, \(member.name), \(credentials), \(cause.rawValue), \("\(error)"),
        \(cause.remedy)) as outcome
      """, doing: "telling that JIRA is out of reach"
    ).one.get("outcome")
    return Outcome(rawValue: outcome) ?? .open
  }

  /// Tells that a probe got no further.
  func probeFailed(_ error: JiraError) async throws(PostgresError) {
    _ = try await database.query(
      "select jira_sync.circuit_probe_failed(\(member.worker)::uuid, \("\(error)"))",
      doing: "telling that JIRA is still out of reach")
  }

  /// Tells that JIRA believed this worker.
  func passed() async throws(PostgresError) {
    _ = try await database.query(
      """
      select jira_sync.close_circuit(\(member.worker)::uuid, \(member.name), \(credentials))
      """, doing: "telling that JIRA can be called")
  }
}

extension Circuit.Cause {
  /// What a person can do about it.
  fileprivate var remedy: String {
    switch self {
    case .credentials:
      "Renew the token, and start one worker with it: it closes the circuit for all."
    case .forbidden:
      "Give the account its permissions back, Browse projects before all; workers go on by themselves."
    case .unreachable:
      "Check JIRA_BASE_URL, DNS, certificates and proxies; workers go on by themselves once JIRA answers."
    }
  }
}

extension JiraError {
  /// Why nothing can be called after this error; nil where other calls may well work.
  var circuitCause: Circuit.Cause? {
    switch kind {
    case .unauthorized, .captcha: .credentials
    case .forbidden: .forbidden
    case .redirected: .unreachable
    case .network: mayHaveBeenReceived ? nil : .unreachable
    case .timeout, .rateLimited, .unavailable, .conflict, .notFound, .gone, .invalid,
      .unexpectedAnswer, .unreadable, .cancelled, .circuitOpen:
      nil
    }
  }
}
