/// The place of an issue in the order of a query.
struct SortCursor: Codable, Sendable, Hashable {
  var values: [SortValue]
  var id: Int
}
