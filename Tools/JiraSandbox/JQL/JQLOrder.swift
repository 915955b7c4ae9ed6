/// One field of ORDER BY.
struct JQLOrder: Sendable, Hashable {
  var field: String
  var isDescending: Bool
}
