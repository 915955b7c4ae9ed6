import JSON

/// The answer to a bulk creation, told apart draft by draft.
///
/// `issues` lists the successes only, in the order of the drafts; each of `errors` names its draft by
/// `failedElementNumber`, from 0. Whatever does not add up is an open question, never a no.
struct BulkCreation {
  let status: Int
  let body: JSON
  let endpoint: String
  let secrets: [String]

  /// What came of each draft.
  func outcomes(count: Int) -> [CreateOutcome] {
    let issues = body["issues"]?.array ?? []
    let errors = body["errors"]?.array ?? []
    let everyRefused = status == 400 && issues.isEmpty
    if everyRefused && errors.isEmpty {
      // The call itself was refused, before any draft was looked at.
      return Array(repeating: CreateOutcome(failure: whole()), count: count)
    }
    var failures: [Int: CreateOutcome] = [:]
    var isConsistent = true
    for error in errors {
      guard let number = error["failedElementNumber"]?.integer, (0..<count).contains(number),
        failures[number] == nil
      else {
        isConsistent = false
        continue
      }
      failures[number] = CreateOutcome(failure: single(error))
    }
    let created = issues.map { CreatedIssue($0) }
    let ids = created.compactMap { $0?.id }
    if issues.count + failures.count != count || Set(ids).count != ids.count {
      isConsistent = false
    }
    var next = created.makeIterator()
    return (0..<count).map { number in
      if everyRefused { return failures[number] ?? CreateOutcome(failure: whole()) }
      guard isConsistent else {
        return .unknown(unexpected("the issues and the errors do not add up to \(count)"))
      }
      if let failure = failures[number] { return failure }
      guard let issue = next.next() ?? nil else {
        return .unknown(unexpected("an issue has no id or no key"))
      }
      return .created(id: issue.id, key: issue.key)
    }
  }

  private func whole() -> JiraError {
    let said = ErrorBody(json: body, secrets: secrets)
    return JiraError(
      kind: .invalid, status: status, endpoint: endpoint, messages: said.messages,
      fieldErrors: said.fieldErrors)
  }

  private func single(_ error: JSON) -> JiraError {
    let said = ErrorBody(json: error["elementErrors"] ?? .null, secrets: secrets)
    let elementStatus = error["status"]?.integer ?? 400
    return JiraError(
      kind: JiraError.kind(ofStatus: elementStatus), status: elementStatus, endpoint: endpoint,
      messages: said.messages, fieldErrors: said.fieldErrors)
  }

  private func unexpected(_ message: String) -> JiraError {
    JiraError(kind: .unexpectedAnswer, status: status, endpoint: endpoint, messages: [message])
  }
}
