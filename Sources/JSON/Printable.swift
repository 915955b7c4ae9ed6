extension Unicode.Scalar {
  /// Whether no sink may show it as it is: it would move a cursor, forge a line, turn the direction of the text or hide.
  ///
  /// Control characters of C0 and C1, Unicode's line and paragraph separators, bidirectional controls (U+202A to U+202E,
  /// U+2066 to U+2069 and others), and other invisible characters. The joiners U+200C and U+200D stay: Persian, Indic
  /// scripts and emoji need them.
  public var isUnprintable: Bool {
    switch value {
    case 0x20...0x7E: return false
    case 0...0x9F, 0x2028, 0x2029: return true
    case 0x200C, 0x200D: return false
    default: break
    }
    guard value > 0xAC else { return false }
    if properties.isBidiControl { return true }
    // Interlinear annotations hide text, and count as visible by the property that says so of the others.
    if (0xFFF9...0xFFFB).contains(value) { return true }
    return properties.generalCategory == .format && properties.isDefaultIgnorableCodePoint
  }
}

extension String {
  /// The text as a sink may show it: the one escaper of logs, terminals, messages and pages.
  ///
  /// - Parameters:
  ///   - kept: what the sink itself needs, such as line ends.
  ///   - replacement: what stands for each character that must not be shown.
  /// - Returns: the text; the same where it holds none of them.
  public func printable(
    keeping kept: Set<Unicode.Scalar> = [], _ replacement: (Unicode.Scalar) -> String = { _ in "�" }
  ) -> String {
    if utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return self }
    var result = ""
    result.reserveCapacity(utf8.count)
    for scalar in unicodeScalars {
      if scalar.isUnprintable, !kept.contains(scalar) {
        result += replacement(scalar)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension JSON {
  /// The value as JSON text for a terminal or a log: equal to `text` once it is parsed, but what a terminal would obey is escaped.
  public var printable: String { Self.printable(text) }

  /// The same for a value that is a text already.
  public static func printable(_ text: String) -> String {
    // Outside of strings there is none of these but line ends, and inside an escape means the same.
    text.printable(keeping: ["\n"]) { scalar in
      String(scalar).utf16.map { unit in
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }
  }
}
