import JSON

extension JiraClient {
  /// The ways out of an issue's present status that this account may take now.
  ///
  /// - Parameter id: the issue's id or key.
  /// - Returns: the transitions.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func transitions(of id: String) async throws -> [Transition] {
    let answer = try await perform(
      JiraRequest(
        method: "GET", template: "/issue/{}/transitions", arguments: [id],
        query: [(name: "expand", value: "transitions.fields")], issue: id))
    return try answer.list(try answer.json()["transitions"], of: "transitions", Transition.init)
  }

  /// Takes one of the ways out of an issue's status.
  ///
  /// A success does not prove the new status: workflows have been seen that answer 204 and change nothing, and others that
  /// change more than was asked. Read the issue again.
  ///
  /// - Parameters:
  ///   - id: the issue's id or key.
  ///   - transitionID: the id of a transition that `transitions(of:)` lists at present.
  ///   - fields: values by field id; JIRA refuses a field that is not on the transition's screen.
  ///   - update: operations by field id.
  ///   - properties: entity properties to set with it.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func transition(
    _ id: String, to transitionID: String, fields: [String: JSON] = [:],
    update: [String: [JSON]] = [:], properties: [String: JSON] = [:]
  ) async throws {
    var body: [String: JSON] = ["transition": .object(["id": .string(transitionID)])]
    if !fields.isEmpty { body["fields"] = .object(fields) }
    if !update.isEmpty { body["update"] = .object(update.mapValues(JSON.array)) }
    if !properties.isEmpty { body["properties"] = properties.asPropertyList }
    _ = try await perform(
      JiraRequest(
        method: "POST", template: "/issue/{}/transitions", arguments: [id], body: .object(body),
        isWrite: true, issue: id, mustNotRepeat: true))
  }
}
