/// One edge of the workflow.
struct Transition: Sendable {
  var id: String
  var name: String
  /// The id of the status it starts from.
  var from: String
  /// The id of the status it leads to.
  var to: String
  /// Whether a screen asks for a resolution, which is then required.
  var asksForResolution = false
  /// Whether a post-function empties the resolution.
  var clearsResolution = false
}

/// A step of the workflow.
struct Status: Sendable, Hashable {
  var id: String
  var name: String
  var category: StatusCategory
}
