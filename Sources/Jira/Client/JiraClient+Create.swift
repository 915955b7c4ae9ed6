import HTTP
import JSON

extension JiraClient {
  /// The most issues that one call creates.
  public static let bulkCreateLimit = 50

  /// Creates an issue.
  ///
  /// - Parameter draft: the issue, marked so that it can be found again.
  /// - Returns: what came of it, sorted by what may be done next.
  /// - Throws: only what `beforeCall` threw; nothing was sent then.
  public func createIssue(_ draft: IssueDraft) async throws -> CreateOutcome {
    let request = JiraRequest(
      method: "POST", template: "/issue", body: draft.json, isWrite: true, mustNotRepeat: true)
    try await announce(request)
    do throws(JiraError) {
      let answer = try await exchange(request)
      guard let created = CreatedIssue(try answer.json()) else {
        throw answer.unexpected("there is no id or no key")
      }
      return .created(id: created.id, key: created.key)
    } catch {
      return CreateOutcome(failure: error)
    }
  }

  /// Creates issues with one call.
  ///
  /// JIRA's answer does not say which issue came from which draft; that follows from the order and from the numbers of
  /// those that failed. Read the markers back before relying on it.
  ///
  /// - Parameter drafts: at most `bulkCreateLimit` issues, each with a marker of its own.
  /// - Returns: what came of each, in the order of the drafts.
  /// - Throws: only what `beforeCall` threw, and `JiraError` for too many drafts; nothing was sent then.
  public func createIssues(_ drafts: [IssueDraft]) async throws -> [CreateOutcome] {
    if drafts.isEmpty { return [] }
    let request = JiraRequest(
      method: "POST", template: "/issue/bulk",
      body: .object(["issueUpdates": .array(drafts.map(\.json))]), isWrite: true,
      mustNotRepeat: true)
    guard drafts.count <= Self.bulkCreateLimit else {
      throw JiraError(
        kind: .invalid, endpoint: request.endpoint,
        messages: ["\(drafts.count) issues at once; \(Self.bulkCreateLimit) are the most"],
        mayHaveBeenReceived: false)
    }
    try await announce(request)
    do throws(JiraError) {
      let answer = try await exchange(request, accepting: 400)
      let body = try answer.json()
      return BulkCreation(
        status: answer.response.status, body: body, endpoint: answer.endpoint,
        secrets: configuration.credentials.secrets
      ).outcomes(count: drafts.count)
    } catch {
      return Array(repeating: CreateOutcome(failure: error), count: drafts.count)
    }
  }
}
