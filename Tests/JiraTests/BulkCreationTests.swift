import HTTP
import JSON
import Jira
import Testing

/// Each draft of a bulk creation gets its own outcome, and what does not add up is never a no.
@Suite struct BulkCreationTests {
  private func create(_ count: Int, _ status: Int, _ body: String) async throws -> [CreateOutcome] {
    let (client, _) = try makeClient([.json(status, body)])
    return try await client.createIssues(
      (0..<count).map { IssueDraft(fields: ["summary": .string("\($0)")]) })
  }

  private func names(_ outcomes: [CreateOutcome]) -> [String] {
    outcomes.map {
      switch $0 {
      case .created(_, let key): key
      case .refused: "refused"
      case .notSent: "not sent"
      case .unknown: "unknown"
      }
    }
  }

  /// Broken variant: pairing issues and drafts by position, which gives the third draft's issue to the second.
  @Test func `the drafts that failed are left out of the order`() async throws {
    let outcomes = try await create(
      4, 201,
      """
      {"issues":[{"id":"1","key":"S-1"},{"id":"2","key":"S-2"}],"errors":[
      {"status":400,"failedElementNumber":1,"elementErrors":{"errors":{"summary":"no"}}},
      {"status":429,"failedElementNumber":3,"elementErrors":{"errorMessages":["slow down"]}}]}
      """)
    #expect(names(outcomes) == ["S-1", "refused", "S-2", "not sent"])
    guard case .refused(let error) = outcomes[1] else { return }
    #expect(error.fieldErrors == ["summary": "no"])
  }

  @Test func `when all fail each has its own error`() async throws {
    let outcomes = try await create(
      2, 400,
      """
      {"issues":[],"errors":[
      {"status":400,"failedElementNumber":0,"elementErrors":{"errors":{"a":"first"}}},
      {"status":500,"failedElementNumber":1,"elementErrors":{"errorMessages":["oops"]}}]}
      """)
    #expect(names(outcomes) == ["refused", "unknown"])
  }

  @Test func `a call that was refused as a whole refuses all`() async throws {
    let outcomes = try await create(2, 400, #"{"errorMessages":["bad JSON"],"errors":{}}"#)
    #expect(names(outcomes) == ["refused", "refused"])
    guard case .refused(let error) = outcomes[0] else { return }
    #expect(error.messages == ["bad JSON"])
  }

  @Test(arguments: [
    // Fewer issues than drafts that did not fail.
    #"{"issues":[{"id":"1","key":"S-1"}],"errors":[]}"#,
    // More.
    #"{"issues":[{"id":"1","key":"S-1"},{"id":"2","key":"S-2"},{"id":"3","key":"S-3"}]}"#,
    // The same issue twice.
    #"{"issues":[{"id":"1","key":"S-1"},{"id":"1","key":"S-1"}]}"#,
    // A number outside the drafts.
    #"{"issues":[{"id":"1","key":"S-1"}],"errors":[{"status":400,"failedElementNumber":7}]}"#,
    #"{"issues":7,"errors":"no"}"#, "[]", "", "{",
  ])
  func `what does not add up is unknown`(body: String) async throws {
    #expect(names(try await create(2, 201, body)) == ["unknown", "unknown"])
  }

  @Test func `an issue without an ID is unknown alone as its place is known`() async throws {
    let outcomes = try await create(2, 201, #"{"issues":[{"key":"S-1"},{"id":"2","key":"S-2"}]}"#)
    #expect(names(outcomes) == ["unknown", "S-2"])
  }

  @Test func `a broken connection leaves all open`() async throws {
    let (client, _) = try makeClient([.failure(.reset, mayHaveBeenReceived: true)])
    let outcomes = try await client.createIssues([IssueDraft(fields: [:]), IssueDraft(fields: [:])])
    #expect(names(outcomes) == ["unknown", "unknown"])
  }

  @Test func `more than JIRA takes is not sent`() async throws {
    let (client, transport) = try makeClient([])
    let error = try await failure {
      _ = try await client.createIssues(
        Array(repeating: IssueDraft(fields: [:]), count: JiraClient.bulkCreateLimit + 1))
    }
    #expect(error.kind == .invalid)
    #expect(transport.requests.isEmpty)
  }
}
