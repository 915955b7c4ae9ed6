/// What one person changed at one time.
struct HistoryEntry: Codable, Sendable, Hashable {
  var id: Int
  var author: String
  var created: Int64
  var items: [HistoryItem]
}
