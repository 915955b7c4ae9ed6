import FoundationEssentials

/// A step from a column's text to the text that is sent.
public enum FieldTransform: Sendable, Hashable {
  /// White space at both ends is cut.
  case trim
  /// All letters become small.
  case lower
  /// All letters become capital.
  case upper
  /// What follows the first line with text in it is dropped.
  case firstLine
  /// At most this many characters are kept, the last a "…" where some were cut.
  case truncate(Int)
  /// A text becomes a list, cut at the separator; blanks around the parts are dropped.
  case split(String)
  /// A list becomes a text.
  case join(String)
  /// The whole value becomes this text.
  case constant(String)
  /// Every match of a pattern becomes the replacement.
  case regex(TextPattern, replacement: String)
  /// A time is written by a pattern of `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss`, in UTC.
  case dateFormat(String)
}

extension FieldTransform {
  /// Does the step to a value.
  ///
  /// - Parameter value: the texts so far: none, one or a list.
  /// - Returns: the texts after it.
  package func applied(to value: ColumnText) -> ColumnText {
    switch self {
    case .trim: value.map { $0.trimmingWhiteSpace() }
    case .lower: value.map { $0.lowercased() }
    case .upper: value.map { $0.uppercased() }
    case .firstLine: value.map { $0.firstLine }
    case .truncate(let limit): value.map { $0.truncated(to: limit) }
    case .split(let separator): .list(value.texts.flatMap { $0.parts(cutAt: separator) })
    case .join(let separator): value.joined(by: separator)
    case .constant(let text): .one(text)
    case .regex(let pattern, let replacement):
      value.map { pattern.replacing(in: $0, with: replacement) }
    case .dateFormat(let format):
      value.map { text in Timestamp(text)?.formatted(by: format) ?? text }
    }
  }
}

extension String {
  /// The text without white space at its ends.
  package func trimmingWhiteSpace() -> String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }

  /// The first line that has text in it, trimmed.
  var firstLine: String {
    // A text can have megabytes, and of those that are behind the line nothing is looked at.
    String(drop(while: \.isWhitespace).prefix { !$0.isNewline }).trimmingWhiteSpace()
  }

  /// The first characters of the text, with a "…" in the place of the last where some were cut.
  fileprivate func truncated(to limit: Int) -> String {
    count <= limit ? self : String(prefix(max(0, limit - 1))) + "…"
  }

  /// The parts between separators, trimmed, the empty ones left out.
  fileprivate func parts(cutAt separator: String) -> [String] {
    guard !separator.isEmpty else { return [self] }
    var parts: [String] = []
    var rest = self[...]
    while let found = rest.firstRange(of: separator) {
      parts.append(String(rest[..<found.lowerBound]))
      rest = rest[found.upperBound...]
    }
    parts.append(String(rest))
    return parts.map { $0.trimmingWhiteSpace() }.filter { !$0.isEmpty }
  }
}
