/// One value of a select field.
struct FieldOption: Sendable, Hashable {
  var id: String
  var value: String
}
