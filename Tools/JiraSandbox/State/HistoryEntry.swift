/// What one person changed at one time.
struct HistoryEntry: Codable, Sendable, Hashable {
  var id: Int
  var author: String
  var created: Int64
  var items: [HistoryItem]
}

/// One field's change in an entry of the changelog.
struct HistoryItem: Codable, Sendable, Hashable {
  /// The name JIRA writes: the id of a system field, the name of a custom one.
  var field: String
  var fieldID: String
  var isCustom: Bool
  /// The ids behind the texts, where the field has ids.
  var from: String?
  var fromText: String?
  var to: String?
  var toText: String?
}
