/// A regular expression that was found good when the mapping was read.
///
/// Swift's own engine runs it, which steps back: a pattern comes from the person who configures the worker, never from a row.
public struct TextPattern: Sendable, Hashable {
  /// The expression as it was written.
  public let text: String

  /// Reads an expression.
  ///
  /// - Parameter text: the expression, in the syntax of Swift's `Regex`.
  /// - Throws: what the parser says where it is none.
  public init(_ text: String) throws {
    _ = try Regex(text)
    self.text = text
  }

  /// Replaces every match.
  func replacing(in input: String, with replacement: String) -> String {
    // The initialiser has parsed it: it cannot fail here, and the input is kept if it did.
    guard let regex = try? Regex(text) else { return input }
    return input.replacing(regex, with: replacement)
  }
}
