import JSON

/// An issue as JIRA shows it.
struct SeenIssue: Sendable {
  let json: JSON
  /// Ids of fields by their names.
  let fieldIDs: [String: String]
  /// How often its status changed.
  let statusChanges: Int

  var id: String { json["id"]?.string ?? "" }
  var key: String { json["key"]?.string ?? "" }
  var status: String? { json["fields"]?["status"]?["name"]?.string }
  var resolution: String? { json["fields"]?["resolution"]?["name"]?.string }
  var labels: [String] { (json["fields"]?["labels"]?.array ?? []).compactMap(\.string) }
  /// What the sync leaves at it.
  var marker: JSON? { json["properties"]?["jira-sync"] }

  /// The value of a field by its name.
  subscript(name: String) -> JSON? {
    let value = json["fields"]?[fieldIDs[name] ?? name]
    return value == .null ? nil : value
  }

  /// The text of a field, of an option, or of each paragraph of a document.
  func text(_ name: String) -> String? {
    guard let value = self[name] else { return nil }
    if let text = value.string ?? value["value"]?.string { return text }
    guard value["content"]?.array != nil else { return nil }
    return Self.plainText(value)
  }

  /// The text of each paragraph of a document.
  static func plainText(_ document: JSON) -> String {
    (document["content"]?.array ?? []).map(plain).joined(separator: "\n\n")
  }

  /// The options of a field, sorted.
  func options(_ name: String) -> [String] {
    (self[name]?.array ?? []).compactMap { $0["value"]?.string }.sorted()
  }

  private static func plain(_ node: JSON) -> String {
    if node["type"] == "hardBreak" { return "\n" }
    return node["text"]?.string ?? (node["content"]?.array ?? []).map(plain).joined()
  }
}
