/// Where a request comes from: it decides which fields may be sent.
enum Screen: Sendable, Hashable {
  case create
  case edit
  case transition(asksForResolution: Bool)

  /// Whether a field may be sent.
  func has(_ field: FieldDefinition) -> Bool {
    switch self {
    case .create: field.isOnCreateScreen
    case .edit: field.isOnEditScreen
    case .transition(let asksForResolution): asksForResolution && field.id == "resolution"
    }
  }

  /// Whether `update` may add comments.
  var takesComments: Bool { self != .transition(asksForResolution: false) }
}
