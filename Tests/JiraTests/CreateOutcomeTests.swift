import HTTP
import JSON
import Jira
import Testing

/// A creation is never repeated while there may be an issue.
///
/// The broken variant that these catch: a client that takes every error for "not created" and posts again, as most do.
@Suite struct CreateOutcomeTests {
  private let draft = IssueDraft(
    fields: ["summary": "s"], properties: ["jira-sync": ["marker": "m"]])

  private func outcome(_ step: ScriptedTransport.Step) async throws -> CreateOutcome {
    let (client, transport) = try makeClient([step])
    let outcome = try await client.createIssue(draft)
    // Once and no more, whatever came back.
    #expect(transport.requests.count == 1)
    return outcome
  }

  @Test func `a created issue has ID and key`() async throws {
    let (client, transport) = try makeClient([.json(201, #"{"id":"10001","key":"S-1"}"#)])
    #expect(try await client.createIssue(draft) == .created(id: "10001", key: "S-1"))
    let request = try #require(transport.requests.first)
    #expect(request.method == "POST")
    #expect(request.target == "/rest/api/3/issue")
    // libcurl would send a POST again by itself when a connection it used before is closed.
    #expect(request.needsFreshConnection)
    #expect(
      try request.json == [
        "fields": ["summary": "s"],
        "properties": [["key": "jira-sync", "value": ["marker": "m"]]],
      ])
  }

  @Test(arguments: [400, 404, 405, 410, 413, 422])
  func `a refusal is a no`(status: Int) async throws {
    let outcome = try await outcome(.json(status, #"{"errors":{"summary":"too long"}}"#))
    guard case .refused(let error) = outcome else {
      Issue.record("\(status) gave \(outcome)")
      return
    }
    #expect(error.fieldErrors == ["summary": "too long"])
  }

  @Test(arguments: [401, 403, 429])
  func `whoever was not let in created nothing`(status: Int) async throws {
    guard case .notSent = try await outcome(.json(status, "{}")) else {
      Issue.record("\(status) must allow another try")
      return
    }
  }

  @Test(arguments: [301, 302, 307, 408, 409, 425, 500, 502, 503, 504, 599])
  func `everything else leaves the question open`(status: Int) async throws {
    guard case .unknown = try await outcome(.answer(status, headers: [:], body: "<html>")) else {
      Issue.record("\(status) must not be taken for a no")
      return
    }
  }

  @Test(arguments: ["", "{", "<html>", "[]", "null", #"{"id":"1"}"#, #"{"key":"S-1"}"#])
  func `a success that cannot be read leaves the question open`(body: String) async throws {
    guard case .unknown(let error) = try await outcome(.json(201, body)) else {
      Issue.record("\(body) must not be taken for a no")
      return
    }
    #expect(error.kind == .unexpectedAnswer)
  }

  @Test(arguments: [HTTPError.Kind.timeout, .reset, .cancelled, .malformedResponse, .tooLarge])
  func `without an answer it counts whether anything was sent`(kind: HTTPError.Kind) async throws {
    guard case .unknown = try await outcome(.failure(kind, mayHaveBeenReceived: true)) else {
      Issue.record("\(kind) after sending must leave the question open")
      return
    }
    guard case .notSent = try await outcome(.failure(kind, mayHaveBeenReceived: false)) else {
      Issue.record("\(kind) before sending must allow another try")
      return
    }
  }

  @Test func `a lost lease keeps the call from going out`() async throws {
    struct LeaseLost: Error {}
    let (client, transport) = try makeClient([.json(201, "{}")]) { call in
      #expect(call == JiraCall(method: "POST", endpoint: "POST /issue", isWrite: true))
      throw LeaseLost()
    }
    await #expect(throws: LeaseLost.self) { try await client.createIssue(draft) }
    #expect(transport.requests.isEmpty)
  }
}
