import HTTP
import JSON
import Jira
import Testing

/// Whatever a server answers becomes an error that says what to do, in bounded size and without secrets.
@Suite struct JiraErrorTests {
  private func error(_ step: ScriptedTransport.Step) async throws -> JiraError {
    let (client, _) = try makeClient([step])
    return try await failure { _ = try await client.myself() }
  }

  @Test(arguments: [
    (400, JiraError.Kind.invalid, JiraErrorClass.permanent), (413, .invalid, .permanent),
    (422, .invalid, .permanent), (404, .notFound, .permanent), (410, .gone, .permanent),
    (401, .unauthorized, .authentication), (403, .forbidden, .authentication),
    (302, .redirected, .authentication), (408, .timeout, .transient),
    (425, .unavailable, .transient), (500, .unavailable, .transient),
    (503, .unavailable, .transient), (409, .conflict, .conflict),
    (429, .rateLimited, .rateLimited(nil)),
  ])
  func `each status has its class`(status: Int, kind: JiraError.Kind, meaning: JiraErrorClass)
    async throws
  {
    let error = try await error(.json(status, "{}"))
    #expect(error.kind == kind)
    #expect(error.status == status)
    #expect(error.classification == meaning)
  }

  @Test func `jiras own words are kept`() async throws {
    let error = try await error(
      .json(
        400, #"{"errorMessages":["one","two"],"errors":{"customfield_10010":"Option not valid"}}"#))
    #expect(error.messages == ["one", "two"])
    #expect(error.fieldErrors == ["customfield_10010": "Option not valid"])
    #expect(error.description.contains("GET /myself"))
    #expect(error.description.contains("customfield_10010: Option not valid"))
  }

  @Test func `of an HTML page only the title is kept`() async throws {
    let error = try await error(
      .answer(
        502, headers: [:],
        body: "<html><HEAD><Title>502 Bad\n Gateway</title></head><body>secret</body>"))
    #expect(error.messages == ["502 Bad  Gateway"])
  }

  @Test(arguments: ["", "<", "{", "[[[[", "\u{0}\u{1}", #"{"errors":[1],"errorMessages":{}}"#, "7"])
  func `any body costs an error and no more`(body: String) async throws {
    #expect(try await error(.answer(500, headers: [:], body: body)).kind == .unavailable)
    #expect(try await error(.answer(200, headers: [:], body: body)).kind == .unexpectedAnswer)
  }

  @Test func `a huge answer is cut short`() async throws {
    let many = (0..<500).map { "\"\($0) " + String(repeating: "x", count: 2_000) + "\"" }
    let error = try await error(.json(400, "{\"errorMessages\":[\(many.joined(separator: ","))]}"))
    #expect(error.messages.count == 20)
    #expect(error.messages.allSatisfy { $0.count <= 501 })
  }

  @Test func `a server that repeats the credentials does not leak them`() async throws {
    let error = try await error(
      .json(
        400, #"{"errorMessages":["bad header Basic \#(testToken)"],"errors":{"\#(testToken)":"x"}}"#
      ))
    #expect(!"\(error)".contains(testToken))
    #expect(error.messages == ["bad header Basic [redacted]"])
  }

  @Test func `printing credentials shows no secret`() throws {
    let credentials = JiraCredentials.basic(email: "ada@example.com", token: testToken)
    var dumped = ""
    dump(credentials, to: &dumped)
    for text in ["\(credentials)", String(reflecting: credentials), dumped] {
      #expect(!text.contains(testToken) && !text.contains("ada"))
    }
    let configuration = try JiraConfiguration(baseURL: testSite, credentials: .bearer(testToken))
    #expect(!"\(configuration)".contains(testToken))
  }

  @Test func `a blocked login is told from a wrong password`() async throws {
    let denied = ["X-Seraph-LoginReason": "AUTHENTICATION_DENIED"]
    #expect(try await error(.answer(403, headers: denied, body: "")).kind == .captcha)
    #expect(try await error(.answer(200, headers: denied, body: "{}")).kind == .captcha)
  }

  /// Broken variant: taking an answer to nobody for the truth, by which every issue looks deleted.
  @Test func `an answer to anonymous is no answer`() async throws {
    let headers = ["X-Seraph-LoginReason": "AUTHENTICATED_FAILED"]
    let error = try await error(.answer(200, headers: headers, body: #"{"accountId":"a"}"#))
    #expect(error.kind == .unauthorized)
  }

  /// Catches a client that believes an empty search, a 404 or a refusal that another user got.
  @Test(arguments: [
    (JiraDialect.dataCenter, 200, ["X-AUSERNAME": "anonymous"]),
    (.dataCenter, 404, ["X-AUSERNAME": "anonymous"]),
    (.dataCenter, 200, ["X-AUSERNAME": "grace"]), (.dataCenter, 400, ["X-AUSERNAME": "grace"]),
    (.cloud, 200, ["X-AACCOUNTID": "5b10:other"]), (.cloud, 404, ["X-AACCOUNTID": "5b10%3Aother"]),
  ])
  func `an answer to another user than the account counts as 401`(
    dialect: JiraDialect, status: Int, headers: [String: String]
  ) async throws {
    let script = ScriptedTransport([
      .json(dialect == .cloud ? #"{"accountId": "5b10:ada"}"# : #"{"name": "ada"}"#),
      .answer(status, headers: headers, body: #"{"issues": [], "total": 0}"#),
    ])
    let client = JiraClient(
      configuration: try JiraConfiguration(
        baseURL: testSite, credentials: .bearer(testToken), dialect: dialect), transport: script)
    _ = try await client.myself()
    do {
      _ = try await client.issue("A-1", fields: [])
      Testing.Issue.record("the answer was believed")
    } catch let error as JiraError {
      #expect(error.kind == .unauthorized)
    }
  }

  @Test(arguments: [
    (JiraDialect.dataCenter, ["X-AUSERNAME": "Ada"]), (.cloud, ["X-AACCOUNTID": "5b10%3Aada"]),
    (.dataCenter, [:]), (.cloud, ["X-AUSERNAME": "ada"]),
  ])
  func `an answer to the account, or without a user, counts`(
    dialect: JiraDialect, headers: [String: String]
  ) async throws {
    let me = dialect == .cloud ? #"{"accountId": "5b10:ada"}"# : #"{"name": "ada"}"#
    let script = ScriptedTransport([
      .json(me), .answer(404, headers: headers, body: "{}"),
    ])
    let client = JiraClient(
      configuration: try JiraConfiguration(
        baseURL: testSite, credentials: .bearer(testToken), dialect: dialect), transport: script)
    _ = try await client.myself()
    #expect(try await client.issue("A-1", fields: []) == nil)
  }

  /// Catches a creation that an anonymous user was refused, and that is taken for refused to the account.
  @Test(arguments: [(400, false), (404, false), (201, true), (500, false)])
  func `what came of a creation that another user was answered`(status: Int, isMade: Bool)
    async throws
  {
    let script = ScriptedTransport([
      .answer(status, headers: ["X-AUSERNAME": "anonymous"], body: #"{"id": "1", "key": "A-1"}"#)
    ])
    let told = CallLog()
    let client = JiraClient(
      configuration: try JiraConfiguration(
        baseURL: testSite, credentials: .bearer(testToken), dialect: .dataCenter), transport: script
    ).reporting { call, error in
      if error.kind == .unauthorized { told.append(call) }
    }
    let outcome = try await client.createIssue(IssueDraft(fields: [:], properties: [:]))
    switch outcome {
    case .created: #expect(isMade && told.all.count == 1, "the circuit must hear of it")
    case .notSent: #expect(status < 500 && !isMade && told.all.count == 1)
    case .unknown: #expect(status == 500)
    case .refused: Testing.Issue.record("it is not the draft that was refused")
    }
  }

  @Test func `the reach of a limit is known`() async throws {
    func scope(_ reason: String?) async throws -> JiraError.LimitScope? {
      try await error(
        .answer(429, headers: reason.map { ["RateLimit-Reason": $0] } ?? [:], body: "")
      ).limitScope
    }
    #expect(try await scope("jira-per-issue-on-write") == .issue)
    #expect(try await scope("jira-burst-based") == .endpoint)
    #expect(try await scope("jira-quota-global-based") == .site)
    #expect(try await scope(nil) == .site)
    #expect(try await error(.json(400, "{}")).limitScope == nil)
  }

  @Test func `a503 that names a time is a limit`() async throws {
    let error = try await error(.answer(503, headers: ["Retry-After": "7"], body: ""))
    #expect(error.classification == .rateLimited(.seconds(7)))
  }
}
