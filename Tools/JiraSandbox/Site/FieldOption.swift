/// One value of a select field.
struct FieldOption: Codable, Sendable, Hashable {
  var id: String
  var value: String
  /// The id of the option above it, in a cascading field.
  var parent: String?
  /// Issues keep it, but it can no longer be chosen.
  var isDisabled = false
}
