import JSON

/// What JIRA says of an issue it has just made.
struct CreatedIssue: Hashable {
  let id: String
  let key: String

  init?(_ json: JSON) {
    guard let id = json["id"]?.identifier, let key = json["key"]?.string, !key.isEmpty
    else { return nil }
    self.id = id
    self.key = key
  }
}
