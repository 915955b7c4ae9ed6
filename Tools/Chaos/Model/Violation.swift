/// A promise of the queue that a schedule broke.
struct Violation: Error, Sendable, CustomStringConvertible {
  /// Which promise, and by what.
  let what: String
  var description: String { what }
}
