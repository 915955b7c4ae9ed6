import JSON

/// A comment on an issue.
struct Comment: Codable, Sendable, Hashable {
  var id: Int
  /// The account id of who wrote it.
  var author: String
  /// The account id of who changed it last.
  var updateAuthor: String
  var body: RichText
  /// Milliseconds since 1970 in UTC, as all times of the state.
  var created: Int64
  var updated: Int64
  /// Entity properties by key.
  var properties: [String: JSON] = [:]
}
