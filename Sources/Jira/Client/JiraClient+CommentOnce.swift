import FoundationEssentials
import JSON

extension JiraClient {
  /// The entity property of a comment that tells it from every other.
  public static let commentProperty = "jira-sync"

  /// Adds a comment that is there once, however often this is called.
  ///
  /// JIRA has no key against doubles. So the caller commits a marker before the first call and hands over the same one in
  /// every later call; the comment carries it as an entity property, set with the comment or not at all. Comments are read
  /// from the database and not from the search index, so one look is enough. An error that leaves it open whether the comment
  /// was added is thrown like any other: call again with `mayBeThere`.
  ///
  /// - Parameters:
  ///   - text: plain text, cut to what JIRA holds.
  ///   - id: the id or key.
  ///   - marker: what tells this comment from every other; the same in each call for it.
  ///   - mayBeThere: whether an earlier call may have added it. A caller that cannot tell says yes.
  /// - Returns: the comment as JIRA keeps it, added now or before.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  @discardableResult
  public func addCommentOnce(
    _ text: String, to id: String, marker: UUID, mayBeThere: Bool
  ) async throws -> Comment {
    if mayBeThere, let comment = try await comment(of: id, marked: marker, saying: text) {
      return comment
    }
    return try await addComment(
      text, to: id, properties: [Self.commentProperty: ["marker": .string(marker.text)]])
  }

  /// The comment with a marker; nil where there is none.
  ///
  /// - Parameters:
  ///   - id: the id or key.
  ///   - marker: the marker.
  ///   - text: what the comment says, for sites that show no properties in lists.
  /// - Returns: the oldest such comment.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func comment(
    of id: String, marked marker: UUID, saying text: String
  ) async throws -> Comment? {
    let sent = CanonicalText.lines(
      TextLimit.fit(CanonicalText.lines(text), to: TextLimit.paragraph, dialect: dialect))
    for comment in try await comments(of: id) {
      if let properties = comment.properties {
        guard properties[Self.commentProperty]?["marker"]?.string == marker.text else { continue }
        return comment
      }
      // A list without properties: only a comment that says the same is worth a call of its own.
      guard CanonicalText.lines(comment.text) == sent,
        let value = try await commentProperty(Self.commentProperty, of: comment.id),
        value["marker"]?.string == marker.text
      else { continue }
      return comment
    }
    return nil
  }

  /// An entity property of a comment.
  ///
  /// - Parameters:
  ///   - key: the property's key.
  ///   - id: the comment's id.
  /// - Returns: nil where the comment or the property does not exist, or the account may not see it.
  /// - Throws: `JiraError`, or what `beforeCall` threw.
  public func commentProperty(_ key: String, of id: String) async throws -> JSON? {
    do {
      let answer = try await perform(
        JiraRequest(method: "GET", template: "/comment/{}/properties/{}", arguments: [id, key]))
      guard let value = try answer.json()["value"] else {
        throw answer.unexpected("there is no value")
      }
      return value
    } catch let error as JiraError where error.kind == .notFound {
      return nil
    }
  }
}

extension UUID {
  fileprivate var text: String { uuidString.lowercased() }
}
