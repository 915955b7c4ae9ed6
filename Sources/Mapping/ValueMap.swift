import Jira

/// Texts of a column and the texts that stand for them in JIRA.
public struct ValueMap: Sendable, Hashable {
  /// The column's text to JIRA's.
  public var pairs: [String: String]
  /// JIRA's text for a column's text that has no pair; nil leaves the text as it is.
  public var otherwise: String?

  /// Makes a value map.
  ///
  /// - Parameters:
  ///   - pairs: the column's text to JIRA's.
  ///   - otherwise: JIRA's text for every other.
  public init(pairs: [String: String] = [:], otherwise: String? = nil) {
    self.pairs = pairs
    self.otherwise = otherwise
  }

  /// Whether the map changes nothing.
  public var isEmpty: Bool { pairs.isEmpty && otherwise == nil }

  /// JIRA's text for a column's.
  ///
  /// - Parameter text: the column's text.
  /// - Returns: the text for JIRA.
  public func outward(_ text: String) -> String { pairs[text] ?? otherwise ?? text }

  /// The column's text for a field without a value, such as a box that is not ticked; nil where none or several stand for it.
  package var textOfNothing: String? {
    let sources = pairs.filter(\.value.isEmpty).keys
    return sources.count == 1 ? sources.first : nil
  }

  /// The column's text for JIRA's.
  ///
  /// - Parameter text: JIRA's text.
  /// - Returns: the text for the column, nil where several or none would give JIRA's.
  public func inward(_ text: String) -> String? {
    let canonical = CanonicalText.line(text)
    let sources = pairs.filter { !$0.value.isEmpty && CanonicalText.line($0.value) == canonical }
      .keys
    if sources.count == 1 { return sources.first }
    guard sources.isEmpty, outward(text) == text, otherwise != text else { return nil }
    return text
  }
}
