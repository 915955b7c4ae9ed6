import Foundation
import HTTP
import JSON
import Jira
import Testing

/// A service account fetches its tokens itself.
@Suite struct AccessTokenTests {
  private static let secret = "client-secret-that-must-not-leak"
  private let me = ScriptedTransport.Step.json(#"{"accountId":"1"}"#)

  private func token(_ token: String, lifetime: Int = 3_600) -> ScriptedTransport.Step {
    .json(#"{"access_token":"\#(token)","token_type":"Bearer","expires_in":\#(lifetime)}"#)
  }

  private func client(_ steps: [ScriptedTransport.Step]) throws -> (JiraClient, ScriptedTransport) {
    let transport = ScriptedTransport(steps)
    let configuration = try JiraConfiguration(
      baseURL: "https://api.atlassian.com/ex/jira/11-22",
      credentials: .clientCredentials(
        OAuthClient(
          id: "client", secret: Self.secret, tokenURL: "http://127.0.0.1:1/oauth/token")))
    return (JiraClient(configuration: configuration, transport: transport), transport)
  }

  @Test func `one token serves many calls through the gateway`() async throws {
    let (client, transport) = try client([token("t1"), me, me])
    _ = try await client.myself()
    _ = try await client.myself()
    #expect(
      transport.requests.map(\.url) == [
        "http://127.0.0.1:1/oauth/token",
        "https://api.atlassian.com/ex/jira/11-22/rest/api/3/myself",
        "https://api.atlassian.com/ex/jira/11-22/rest/api/3/myself",
      ])
    #expect(transport.requests[1].header("Authorization") == "Bearer t1")
    let body = String(decoding: try #require(transport.requests[0].body), as: UTF8.self)
    #expect(body.contains("grant_type=client_credentials&client_id=client&client_secret="))
    #expect(transport.requests[0].header("Authorization") == nil)
  }

  /// Catches a client that goes on with a token until JIRA no longer takes it.
  @Test func `a token is renewed before it expires`() async throws {
    let (client, transport) = try client([token("t1", lifetime: 1), me, token("t2"), me])
    _ = try await client.myself()
    // Time is what the test is about: half of the token's second has to pass.
    try await Task.sleep(for: .milliseconds(520))
    _ = try await client.myself()
    #expect(transport.requests[3].header("Authorization") == "Bearer t2")
  }

  /// A creation, too: what was refused with 401 was not done.
  @Test func `a token that JIRA no longer believes is renewed once`() async throws {
    let made = ScriptedTransport.Step.json(201, #"{"id":"1","key":"S-1"}"#)
    let (client, transport) = try client([
      token("t1"), .json(401, "{}"), token("t2"), made, .json(401, "{}"), token("t3"),
      .json(401, "{}"),
    ])
    let draft = IssueDraft(fields: ["summary": "x"])
    #expect(try await client.createIssue(draft) == .created(id: "1", key: "S-1"))
    #expect(transport.requests[3].header("Authorization") == "Bearer t2")
    let error = try await failure { _ = try await client.myself() }
    #expect(error.kind == .unauthorized)
    #expect(transport.unusedSteps == 0)
  }

  @Test(arguments: [400, 401, 403])
  func `credentials that are not believed are an error of the site`(status: Int) async throws {
    let (client, _) = try client([
      .json(
        status,
        #"{"error":"invalid_client","error_description":"bad \#(Self.secret)"}"#)
    ])
    let error = try await failure { _ = try await client.myself() }
    #expect(error.kind == .unauthorized)
    #expect(error.mayHaveBeenReceived == false)
    #expect(!"\(error)".contains(Self.secret))
    #expect("\(error)".contains("JIRA_CLIENT_SECRET"), "it says what to do")
  }

  @Test func `a token endpoint that cannot be reached means that nothing was sent`() async throws {
    let (client, _) = try client([.failure(.timeout, mayHaveBeenReceived: true)])
    let outcome = try await client.createIssue(IssueDraft(fields: ["summary": "x"]))
    guard case .notSent(let error) = outcome else {
      Testing.Issue.record("\(outcome)")
      return
    }
    #expect(error.kind == .network)
  }

  @Test(arguments: ["<html>", "{}", #"{"access_token":""}"#, #"{"access_token":"a\nb"}"#])
  func `an answer without a token is an error`(body: String) async throws {
    let (client, _) = try client([.json(body)])
    let error = try await failure { _ = try await client.myself() }
    #expect(error.kind == .unexpectedAnswer)
  }

  @Test func `who needs a token at the same time shares it`() async throws {
    let (client, transport) = try client([token("t1"), me, me, me])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { _ = try await client.myself() } }
      try await group.waitForAll()
    }
    #expect(transport.requests.filter { $0.url.hasSuffix("/oauth/token") }.count == 1)
  }
}
