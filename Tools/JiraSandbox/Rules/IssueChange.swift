import JSON

/// What a request wants to set, checked and in kept form.
struct IssueChange: Sendable {
  /// Kept values by field id; a nil clears the field.
  var values: [String: JSON?] = [:]
  var newComments: [NewComment] = []
  var resolutionID: String?

  /// A comment that a request adds.
  struct NewComment: Sendable {
    var body: RichText
    var properties: [String: JSON] = [:]
  }
}
