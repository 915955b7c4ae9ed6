import FoundationEssentials
import HTTP
import JSON
import Logging

/// Calls JIRA's REST API, each call once.
///
/// It never tries again by itself: whether and when is for the caller to decide, who knows what else is going on. Every
/// method throws `JiraError`, or what `beforeCall` threw.
public struct JiraClient: Sendable {
  /// Where JIRA is and who the client is.
  public let configuration: JiraConfiguration
  /// How the site is spoken to.
  public let dialect: JiraDialect
  /// The language that answers are asked for in.
  public let language: JiraLanguage

  let transport: any HTTPTransport
  private let beforeCall: @Sendable (JiraCall) async throws -> Void
  private let afterFailure: @Sendable (JiraCall, JiraError) async -> Void
  private let observe: @Sendable (JiraCallEvent) -> Void
  private let inspect: @Sendable (JiraReceipt) throws(JiraError) -> Void
  private let tokens: AccessTokens?
  let account: KnownAccount
  private let logger: Logger?
  /// The site's clock, which all copies of the client share.
  public let clock: SiteClock
  /// The longest wait that is believed.
  private let longestWait: Duration
  private let patience: ReadPatience?

  /// Makes a client; nothing is sent.
  ///
  /// - Parameters:
  ///   - configuration: where JIRA is and who the client is. Without a dialect, e-mail and token mean Cloud and a bearer
  ///     token Data Center; `detectingDialect` asks the site.
  ///   - transport: what sends the requests.
  ///   - beforeCall: runs before each call that goes out; when it throws, the call does not go out and the error is passed on.
  ///   - logger: where each call is noted at level debug; nil notes nothing.
  ///   - observe: told of each call; must not take long.
  public init(
    configuration: JiraConfiguration, transport: any HTTPTransport,
    beforeCall: @escaping @Sendable (JiraCall) async throws -> Void = { _ in },
    logger: Logger? = nil,
    observe: @escaping @Sendable (JiraCallEvent) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.transport = transport
    self.beforeCall = beforeCall
    self.logger = logger
    self.observe = observe
    afterFailure = { _, _ in }
    inspect = { _ throws(JiraError) in }
    clock = SiteClock()
    longestWait = RetryAfter.standardLimit
    patience = nil
    language = .english
    tokens = AccessTokens(configuration, transport: transport)
    account = KnownAccount()
    if let dialect = configuration.dialect {
      self.dialect = dialect
    } else if case .bearer = configuration.credentials {
      self.dialect = .dataCenter
    } else {
      self.dialect = .cloud
    }
  }

  private init(
    _ other: JiraClient, dialect: JiraDialect? = nil, language: JiraLanguage? = nil,
    beforeCall: (@Sendable (JiraCall) async throws -> Void)? = nil,
    afterFailure: (@Sendable (JiraCall, JiraError) async -> Void)? = nil,
    inspect: (@Sendable (JiraReceipt) throws(JiraError) -> Void)? = nil, logger: Logger? = nil,
    longestWait: Duration? = nil, patience: ReadPatience? = nil
  ) {
    configuration = other.configuration
    transport = other.transport
    tokens = other.tokens
    account = other.account
    self.logger = logger ?? other.logger
    observe = other.observe
    self.beforeCall = beforeCall ?? other.beforeCall
    self.afterFailure = afterFailure ?? other.afterFailure
    self.inspect = inspect ?? other.inspect
    self.dialect = dialect ?? other.dialect
    self.longestWait = longestWait ?? other.longestWait
    clock = other.clock
    self.patience = patience ?? other.patience
    self.language = language ?? other.language
  }

  /// The same client, speaking as the site itself says it wants to be spoken to.
  ///
  /// - Returns: a client of the dialect given in the configuration, or else of the site's deployment type.
  public func detectingDialect() async throws -> JiraClient {
    guard configuration.dialect == nil else { return self }
    // v2 is served by both families; a gateway may pass on only the newer one's paths.
    let info: ServerInfo
    do {
      info = try await JiraClient(self, dialect: .dataCenter).serverInfo()
    } catch let error as JiraError where error.kind == .notFound || error.kind == .gone {
      info = try await JiraClient(self, dialect: .cloud).serverInfo()
    }
    return JiraClient(self, dialect: info.dialect ?? dialect)
  }

  /// The same client with another check before each call, as each job has its own lease.
  ///
  /// - Parameter check: runs before each call, after the check that is there already.
  /// - Returns: the client.
  public func checking(
    _ check: @escaping @Sendable (JiraCall) async throws -> Void
  ) -> JiraClient {
    let earlier = beforeCall
    return JiraClient(
      self,
      beforeCall: {
        try await earlier($0)
        try await check($0)
      })
  }

  /// The same client, telling of each call that was sent and failed, before its caller hears of it.
  ///
  /// - Parameter tell: runs after each call that failed, after what is told already.
  /// - Returns: the client.
  public func reporting(
    _ tell: @escaping @Sendable (JiraCall, JiraError) async -> Void
  ) -> JiraClient {
    let earlier = afterFailure
    return JiraClient(
      self,
      afterFailure: {
        await earlier($0, $1)
        await tell($0, $1)
      })
  }

  /// The same client with another inspection of each success, before its caller sees it.
  ///
  /// - Parameter inspect: runs after the inspections that are there already. What it throws counts as the failure of the call,
  ///   and is told of like any other: an error that concerns the site opens the circuit.
  /// - Returns: the client.
  public func inspecting(
    _ inspect: @escaping @Sendable (JiraReceipt) throws(JiraError) -> Void
  ) -> JiraClient {
    let earlier = self.inspect
    return JiraClient(
      self,
      inspect: { receipt throws(JiraError) in
        try earlier(receipt)
        try inspect(receipt)
      })
  }

  /// The same client, which believes no longer wait than this.
  ///
  /// - Parameter limit: the longest time for which JIRA may ask to be left alone.
  /// - Returns: the client.
  public func waiting(atMost limit: Duration) -> JiraClient { JiraClient(self, longestWait: limit) }

  /// The same client, which tries each read again after a short pause where that may pass at once.
  ///
  /// For finding out what a site is like: so a start needs many successes, but not in a row.
  ///
  /// - Parameters:
  ///   - attempts: the most attempts of one read.
  ///   - memory: where answers are kept; what is there is not asked for again.
  /// - Returns: the client.
  public func persisting(attempts: Int = 8, keeping memory: ReadMemory? = nil) -> JiraClient {
    JiraClient(self, patience: ReadPatience(attempts: attempts, memory: memory))
  }

  /// The same client, noting its calls in another log, as each run has its own jobs to name.
  ///
  /// - Parameter logger: where each call is noted at level debug.
  /// - Returns: the client.
  public func logging(to logger: Logger) -> JiraClient { JiraClient(self, logger: logger) }

  /// The same client, speaking to another family of sites.
  ///
  /// - Parameter dialect: how the site is spoken to.
  /// - Returns: the client.
  public func speaking(_ dialect: JiraDialect) -> JiraClient { JiraClient(self, dialect: dialect) }

  /// The same client, asking for answers in another language.
  ///
  /// - Parameter language: the language.
  /// - Returns: the client.
  public func asking(in language: JiraLanguage) -> JiraClient {
    JiraClient(self, language: language)
  }

  /// Sends a call after `beforeCall` agreed to it.
  ///
  /// - Throws: what `beforeCall` threw, or `JiraError` for anything but a 2xx.
  func perform(_ request: JiraRequest) async throws -> JiraAnswer {
    guard let patience, !request.isWrite else {
      try await announce(request)
      return try await exchange(request)
    }
    let key =
      "\(request.method) \(dialect.apiPath)\(try request.target()) \(language) \(request.body?.text ?? "")"
    if let kept = patience.memory?.answer(to: key) { return kept }
    var pause = Duration.milliseconds(100)
    var attempt = 1
    while true {
      do {
        try await announce(request)
        let answer = try await exchange(request)
        patience.memory?.keep(answer, to: key)
        return answer
      } catch let error as JiraError where error.mayPassAtOnce && attempt < patience.attempts {
        attempt += 1
        try await Task.sleep(for: pause * Double.random(in: 0.7...1))
        pause = min(pause * 2, .seconds(1))
      }
    }
  }

  /// Lets `beforeCall` have its say.
  func announce(_ request: JiraRequest) async throws {
    let start = ContinuousClock.now
    defer { observe(.waited(request.call, .now - start)) }
    try await beforeCall(request.call)
  }

  /// Sends a call and sorts its answer.
  ///
  /// - Parameters:
  ///   - request: the call.
  ///   - accepting: a status that is as welcome as a 2xx, where its body has more to say than an error can hold.
  /// - Returns: the answer.
  /// - Throws: `JiraError` for anything but a success.
  func exchange(
    _ request: JiraRequest, accepting: Int? = nil
  ) async throws(JiraError) -> JiraAnswer {
    do throws(JiraError) {
      let answer = try await authorized(request, accepting: accepting)
      // What was written is written; but nothing that follows would be the account's.
      if let other = otherUser(answer.response, to: request) {
        await afterFailure(request.call, answeredAs(other, answer.response, to: request))
      }
      return answer
    } catch {
      await afterFailure(request.call, error)
      throw error
    }
  }

  /// Sends a call with credentials that JIRA believes: an access token that it no longer does is renewed, once.
  private func authorized(
    _ request: JiraRequest, accepting: Int?
  ) async throws(JiraError) -> JiraAnswer {
    guard let tokens else {
      return try await send(
        request, authorization: configuration.credentials.authorization,
        secrets: configuration.credentials.secrets, accepting: accepting)
    }
    let token = try await tokens.current()
    do throws(JiraError) {
      return try await send(
        request, authorization: "Bearer \(token)", secrets: [token], accepting: accepting)
    } catch  where error.kind == .unauthorized {
      // Refused before anything was done, so that even a creation may be sent again.
      let fresh = try await tokens.renewed(insteadOf: token)
      return try await send(
        request, authorization: "Bearer \(fresh)", secrets: [fresh], accepting: accepting)
    }
  }

  private func send(
    _ request: JiraRequest, authorization: String?, secrets: [String], accepting: Int?
  ) async throws(JiraError) -> JiraAnswer {
    let http = HTTPRequest(
      method: request.method, url: configuration.baseURL + dialect.apiPath + (try request.target()),
      headers: headers(authorization: authorization, hasBody: request.body != nil),
      body: request.body?.data, timeouts: configuration.timeouts,
      needsFreshConnection: request.mustNotRepeat)
    let clock = ContinuousClock()
    let start = clock.now
    let response: HTTPResponse
    do throws(HTTPError) {
      response = try await transport.send(http)
    } catch {
      let failure = JiraError(transport: error, endpoint: request.endpoint, secrets: secrets)
      note(request, "\(failure.kind.rawValue)", start.duration(to: clock.now))
      throw failure
    }
    self.clock.answered(at: response.header("Date"))
    note(
      request, "\(response.status)", start.duration(to: clock.now),
      // What Atlassian's support asks for: Cloud's name for a request, and Data Center's.
      trace: response.header("Atl-Traceid") ?? response.header("X-AREQUESTID"))
    // A refusal of another user's call is none of ours, nor is what another user may see.
    if let other = otherUser(response, to: request), response.status < 500,
      !request.isWrite || !(200..<300).contains(response.status)
    {
      throw answeredAs(other, response, to: request)
    }
    guard (200..<300).contains(response.status) || response.status == accepting else {
      let now = Int64(Date().timeIntervalSince1970 * 1_000)
      throw JiraError(
        response: response, endpoint: request.endpoint, secrets: secrets, now: now,
        longestWait: longestWait)
    }
    try refuseAnonymousAnswer(response, to: request)
    let answer = try JiraAnswer(
      response: response, endpoint: request.endpoint, isWrite: request.isWrite, secrets: secrets)
    try inspect(JiraReceipt(call: request.call, response: response))
    return answer
  }

  private func otherUser(_ response: HTTPResponse, to request: JiraRequest) -> String? {
    guard configuration.credentials != .anonymous else { return nil }
    return account.other(
      in: response, dialect: dialect, asksWho: request.endpoint == "GET /myself")
  }

  private func answeredAs(
    _ other: String, _ response: HTTPResponse, to request: JiraRequest
  ) -> JiraError {
    JiraError(
      kind: .unauthorized, status: response.status, endpoint: request.endpoint,
      messages: [
        "JIRA answered as to the user \(other.prefix(100)), which is not the account of the credentials; the answer does not count"
      ])
  }

  /// JIRA may reject the credentials and yet answer, as to an anonymous user: an empty search would then be believed.
  private func refuseAnonymousAnswer(
    _ response: HTTPResponse, to request: JiraRequest
  ) throws(JiraError) {
    guard configuration.credentials != .anonymous, !request.isWrite,
      let reason = response.header("X-Seraph-LoginReason")
    else { return }
    let kind: JiraError.Kind? =
      if reason.contains("AUTHENTICATION_DENIED") {
        .captcha
      } else if reason.contains("AUTHENTICATED_FAILED") {
        .unauthorized
      } else {
        nil
      }
    guard let kind else { return }
    throw JiraError(
      kind: kind, status: response.status, endpoint: request.endpoint,
      messages: ["JIRA answered as to an anonymous caller"])
  }

  private func headers(
    authorization: String?, hasBody: Bool
  ) -> [(name: String, value: String)] {
    var headers = [
      (name: "Accept", value: "application/json"),
      (name: "User-Agent", value: configuration.userAgent),
    ]
    if let authorization {
      headers.append((name: "Authorization", value: authorization))
    }
    if hasBody { headers.append((name: "Content-Type", value: "application/json")) }
    return headers + language.headers
  }

  private func note(
    _ request: JiraRequest, _ result: String, _ duration: Duration, trace: String? = nil
  ) {
    observe(.answered(request.call, result: result, duration))
    guard let logger, logger.logLevel <= .debug else { return }
    var metadata: Logger.Metadata = [
      "endpoint": "\(request.endpoint)", "result": "\(result)",
      "milliseconds": "\(duration / .milliseconds(1))",
    ]
    if let issue = request.issue { metadata["issue"] = "\(issue)" }
    if let trace { metadata["trace"] = "\(trace)" }
    logger.debug("JIRA call", metadata: metadata)
  }
}
