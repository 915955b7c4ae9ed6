import JSON

extension Sandbox {
  /// The most that the value of an entity property may take, in characters of JSON.
  private static let longestProperty = 32_768

  /// The `properties` of a body.
  ///
  /// - Throws: `Refusal` with status 400 where one has no key or is too large.
  static func properties(in body: JSON) throws(Refusal) -> [String: JSON] {
    var properties: [String: JSON] = [:]
    for property in body["properties"]?.array ?? [] {
      guard let key = property["key"]?.string, !key.isEmpty, key.count <= 255 else {
        throw .badRequest("The property key must be a text of 1 to 255 characters.")
      }
      let value = property["value"] ?? .null
      try check(value)
      properties[key] = value
    }
    return properties
  }

  private static func check(_ value: JSON) throws(Refusal) {
    guard JSONWriter.data(value).count <= longestProperty else {
      throw .badRequest("The property value must not be longer than \(longestProperty) characters.")
    }
  }

  func properties(_ call: Call, _ idOrKey: String) throws(Refusal) -> SandboxReply {
    let issue = try issue(call, idOrKey)
    return .json([
      "keys": .array(
        issue.properties.keys.sorted().map { key in
          ["key": .string(key), "self": .string(address(of: key, in: issue, call))]
        })
    ])
  }

  func property(_ call: Call, _ idOrKey: String, _ key: String) throws(Refusal) -> SandboxReply {
    let issue = try issue(call, idOrKey)
    guard let value = issue.properties[key] else { throw Sandbox.noSuchProperty(key) }
    return .json(["key": .string(key), "value": value])
  }

  /// Sets a property; that does not count as an update of the issue.
  func setProperty(
    _ call: Call, _ idOrKey: String, _ key: String
  ) throws(Refusal) -> SandboxReply {
    _ = try editable(call, idOrKey)
    let value: JSON
    do { value = try JSON(parsing: call.request.body) } catch {
      throw .badRequest("The property value must be valid JSON.")
    }
    try Sandbox.check(value)
    let isNew = try store.change { state throws(Refusal) in
      guard var issue = state.issue(idOrKey) else { throw .noSuchIssue }
      let isNew = issue.properties[key] == nil
      issue.properties[key] = value
      state.put(issue)
      return isNew
    }
    return .json([:], status: isNew ? 201 : 200)
  }

  func removeProperty(
    _ call: Call, _ idOrKey: String, _ key: String
  ) throws(Refusal) -> SandboxReply {
    _ = try editable(call, idOrKey)
    try store.change { state throws(Refusal) in
      guard var issue = state.issue(idOrKey) else { throw .noSuchIssue }
      guard issue.properties.removeValue(forKey: key) != nil else {
        throw Sandbox.noSuchProperty(key)
      }
      state.put(issue)
    }
    return .noContent
  }

  private func address(of key: String, in issue: Issue, _ call: Call) -> String {
    "\(call.api)/issue/\(issue.id)/properties/\(key)"
  }

  private static func noSuchProperty(_ key: String) -> Refusal {
    Refusal(status: 404, messages: ["The property with key '\(key)' was not found."])
  }
}
