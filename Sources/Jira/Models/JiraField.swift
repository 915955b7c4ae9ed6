import JSON

/// A field of a site, system or custom.
public struct JiraField: Sendable, Hashable {
  /// The id by which issues name it: `summary`, `customfield_10010`.
  public var id: String
  /// Another name for it, which Cloud gives.
  public var key: String?
  /// The name people see; neither unique nor fixed.
  public var name: String
  /// Whether it was added to the site.
  public var isCustom: Bool
  /// What JQL calls it.
  public var clauseNames: [String]
  /// What it holds; nil for the few that JIRA does not describe, such as `issuekey`.
  public var schema: FieldSchema?
  /// The id of the only project that has it; nil where all can.
  public var scopeProjectID: String?

  /// Describes a field.
  public init(
    id: String, key: String? = nil, name: String, isCustom: Bool, clauseNames: [String] = [],
    schema: FieldSchema? = nil, scopeProjectID: String? = nil
  ) {
    self.id = id
    self.key = key
    self.name = name
    self.isCustom = isCustom
    self.clauseNames = clauseNames
    self.schema = schema
    self.scopeProjectID = scopeProjectID
  }

  init?(_ json: JSON) {
    guard let id = json["id"]?.string, !id.isEmpty else { return nil }
    self.init(
      id: id, key: json["key"]?.string, name: json["name"]?.string ?? id,
      isCustom: json["custom"]?.bool ?? false,
      clauseNames: (json["clauseNames"]?.array ?? []).compactMap(\.string),
      schema: json["schema"].flatMap(FieldSchema.init),
      scopeProjectID: json["scope"]?["project"]?["id"]?.identifier)
  }
}
