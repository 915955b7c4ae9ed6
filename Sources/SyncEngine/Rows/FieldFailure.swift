/// A field that could not be synced.
struct FieldFailure: Sendable {
  /// The field's name in the mapping; it keeps its old base.
  let field: String
  /// What stands in the way, in words that name column and field.
  let text: String
}
