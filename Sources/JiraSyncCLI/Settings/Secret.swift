/// A text that is never printed: neither interpolation, nor `dump`, nor a debugger's description shows it.
struct Secret: Sendable, Hashable {
  /// The text itself; to be handed on, not to be shown.
  let revealed: String

  init(_ text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  var description: String { "***" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: []) }
}
