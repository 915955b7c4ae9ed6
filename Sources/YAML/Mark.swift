/// A place in a text, both from 1.
public struct Mark: Sendable, Hashable {
  /// The line.
  public let line: Int
  /// The column, in characters.
  public let column: Int
}
