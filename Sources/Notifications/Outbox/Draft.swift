/// A message that is to be written: of one cause, or of several that are told together.
struct Draft: Sendable, Hashable {
  /// What it says of one cause.
  struct Part: Sendable, Hashable {
    var cause: Cause
    var stage: Stage
  }

  /// The kind of the events, or of the first one where they are told together.
  var gate: Gate
  /// At least one.
  var parts: [Part]

  /// Where in the order of events it belongs.
  var place: Int64 {
    parts.map { part in
      part.stage == .resolved ? part.cause.resolution?.eventID ?? 0 : part.cause.event.id
    }.min() ?? 0
  }
}
