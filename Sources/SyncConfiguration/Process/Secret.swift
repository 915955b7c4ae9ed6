/// A text that is never printed: neither interpolation, nor `dump`, nor a debugger's description shows it.
package struct Secret: Sendable, Hashable {
  /// The text itself; to be handed on, not to be shown.
  package let revealed: String

  package init(_ text: String) { revealed = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "***" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
