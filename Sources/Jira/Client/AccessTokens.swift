import FoundationEssentials
import HTTP
import JSON

/// The access token of a service account: fetched when first needed, and again before it expires.
///
/// Whoever needs one while it is being fetched waits for the same answer.
actor AccessTokens {
  /// A token is renewed this long before it expires, but not before half of its life.
  private static let margin = Duration.seconds(60)
  private static let endpoint = "POST token endpoint"

  private let client: OAuthClient
  private let transport: any HTTPTransport
  private let timeouts: HTTPTimeouts
  private let userAgent: String
  private var known: (token: String, until: ContinuousClock.Instant)?
  private var fetching: Task<Result<Fetched, JiraError>, Never>?

  private struct Fetched: Sendable {
    let token: String
    let lifetime: Duration
  }

  /// - Returns: nil for credentials that need no token.
  init?(_ configuration: JiraConfiguration, transport: any HTTPTransport) {
    guard case .clientCredentials(let client) = configuration.credentials else { return nil }
    self.client = client
    self.transport = transport
    timeouts = configuration.timeouts
    userAgent = configuration.userAgent
  }

  /// A token that has not expired.
  ///
  /// - Returns: the token.
  /// - Throws: `JiraError` where none can be had: nothing was sent to JIRA.
  func current() async throws(JiraError) -> String {
    if let known, known.until > .now { return known.token }
    return try await fetch()
  }

  /// Another token than one that JIRA does not believe.
  ///
  /// - Parameter refused: the token.
  /// - Returns: the token that there is now.
  /// - Throws: `JiraError` where none can be had.
  func renewed(insteadOf refused: String) async throws(JiraError) -> String {
    if let known, known.token != refused, known.until > .now { return known.token }
    known = nil
    return try await fetch()
  }

  private func fetch() async throws(JiraError) -> String {
    let task = fetching ?? Task { await ask() }
    fetching = task
    let outcome = await task.value
    fetching = nil
    let fetched = try outcome.get()
    let life = max(fetched.lifetime - Self.margin, fetched.lifetime / 2)
    known = (fetched.token, .now + life)
    return fetched.token
  }

  private func ask() async -> Result<Fetched, JiraError> {
    let body = [
      ("grant_type", "client_credentials"), ("client_id", client.id),
      ("client_secret", client.secret), ("audience", "api.atlassian.com"),
    ].map { "\($0)=\($1.percentEncoded)" }.joined(separator: "&")
    let request = HTTPRequest(
      method: "POST", url: client.tokenURL,
      headers: [
        (name: "Accept", value: "application/json"), (name: "User-Agent", value: userAgent),
        (name: "Content-Type", value: "application/x-www-form-urlencoded"),
      ], body: Data(body.utf8), timeouts: timeouts)
    let secrets = [client.secret]
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await transport.send(request)
    } catch {
      // JIRA itself was not called, whatever the token endpoint has seen.
      var failure = JiraError(transport: error, endpoint: Self.endpoint, secrets: secrets)
      failure.kind = .network
      failure.mayHaveBeenReceived = false
      return .failure(failure)
    }
    guard (200..<300).contains(response.status) else {
      var failure = JiraError(
        response: response, endpoint: Self.endpoint, secrets: secrets,
        now: Int64(Date().timeIntervalSince1970 * 1_000))
      // RFC 6749, 5.2: a client that is not believed may be told so with 400.
      if (400..<404).contains(response.status) { failure.kind = .unauthorized }
      failure.mayHaveBeenReceived = false
      return .failure(failure)
    }
    guard let json = try? JSON(parsing: response.body), let token = json["access_token"]?.string,
      !token.isEmpty, JiraConfiguration.isHeaderSafe(token)
    else {
      return .failure(
        JiraError(
          kind: .unexpectedAnswer, status: response.status, endpoint: Self.endpoint,
          messages: ["there is no access token in the answer"], mayHaveBeenReceived: false))
    }
    let seconds = json["expires_in"]?.integer ?? 300
    return .success(Fetched(token: token, lifetime: .seconds(min(max(seconds, 1), 86_400))))
  }
}
