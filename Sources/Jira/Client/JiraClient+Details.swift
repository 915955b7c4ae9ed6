import JSON

extension JiraClient {
  /// An entity property of an issue.
  ///
  /// - Parameters:
  ///   - key: the property's key.
  ///   - id: the issue's id or key.
  /// - Returns: nil where the issue or the property does not exist, or the account may not see it.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func property(_ key: String, of id: String) async throws -> JSON? {
    do {
      let answer = try await perform(
        JiraRequest(
          method: "GET", template: "/issue/{}/properties/{}", arguments: [id, key], issue: id))
      guard let value = try answer.json()["value"] else {
        throw answer.unexpected("there is no value")
      }
      return value
    } catch let error as JiraError where error.kind == .notFound {
      return nil
    }
  }

  /// Sets an entity property of an issue.
  ///
  /// - Parameters:
  ///   - key: the property's key.
  ///   - value: its value, at most 32,768 characters as JSON text.
  ///   - id: the issue's id or key.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func setProperty(_ key: String, to value: JSON, of id: String) async throws {
    _ = try await perform(
      JiraRequest(
        method: "PUT", template: "/issue/{}/properties/{}", arguments: [id, key], body: value,
        isWrite: true, issue: id))
  }

  /// Removes an entity property.
  ///
  /// - Parameters:
  ///   - key: the property's key.
  ///   - id: the issue's id or key.
  /// - Returns: whether there was one.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  @discardableResult
  public func removeProperty(_ key: String, of id: String) async throws -> Bool {
    do {
      _ = try await perform(
        JiraRequest(
          method: "DELETE", template: "/issue/{}/properties/{}", arguments: [id, key],
          isWrite: true,
          issue: id))
      return true
    } catch let error as JiraError where error.kind == .notFound {
      return false
    }
  }

  /// Adds a comment.
  ///
  /// JIRA has no key against doubles here either: an error that leaves it open whether the comment was added is for the
  /// caller to look into, with `comments(of:)`.
  ///
  /// - Parameters:
  ///   - text: plain text, cut to what JIRA holds.
  ///   - id: the issue's id or key.
  ///   - properties: entity properties of the comment.
  /// - Returns: the comment as JIRA keeps it.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func addComment(
    _ text: String, to id: String, properties: [String: JSON] = [:]
  ) async throws -> Comment {
    let fitted = TextLimit.fit(
      CanonicalText.lines(text), to: TextLimit.paragraph, dialect: dialect)
    var body: [String: JSON] = ["body": RichText.json(fitted, dialect: dialect)]
    if !properties.isEmpty { body["properties"] = properties.asPropertyList }
    let answer = try await perform(
      JiraRequest(
        method: "POST", template: "/issue/{}/comment", arguments: [id], body: .object(body),
        isWrite: true, issue: id, mustNotRepeat: true))
    guard let comment = Comment(try answer.json(), dialect: dialect) else {
      throw answer.unexpected("there is no comment id")
    }
    return comment
  }

  /// The comments of an issue, oldest first.
  ///
  /// - Parameter id: the issue's id or key.
  /// - Returns: the comments.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func comments(of id: String) async throws -> [Comment] {
    try await pages(
      of: JiraRequest(
        method: "GET", template: "/issue/{}/comment", arguments: [id],
        query: [(name: "expand", value: "properties")], issue: id),
      size: 100, in: ["comments"], identifiedBy: \.id
    ) {
      Comment($0, dialect: dialect)
    }
  }
}
