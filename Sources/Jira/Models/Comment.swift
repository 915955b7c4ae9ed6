import JSON

/// A comment of an issue.
public struct Comment: Sendable, Hashable {
  /// The comment's id.
  public var id: String
  /// What it says, as plain text.
  public var text: String
  /// Who wrote it; nil where JIRA does not tell.
  public var author: JiraUser?
  /// When it was written, in milliseconds since 1970.
  public var created: Int64?
  /// Its entity properties by key; nil where the list does not show them.
  public var properties: [String: JSON]?

  init?(_ json: JSON, dialect: JiraDialect) {
    guard let id = json["id"]?.identifier else { return nil }
    self.id = id
    let body = json["body"] ?? .null
    text = RichText.text(of: body, dialect: dialect).text
    author = json["author"].flatMap(JiraUser.init)
    created = json["created"]?.string.flatMap(JiraTimestamp.parse)
    properties = json["properties"]?.array.map { list in
      Dictionary(
        list.compactMap { entry in
          entry["key"]?.string.map { ($0, entry["value"] ?? .null) }
        }
      ) { $1 }
    }
  }
}
