// FoundationEssentials has no normalisation; the standard library's own is what it uses inside.
@_spi(_Unicode) import Swift

/// Text in the one form in which both sides compare it.
public enum CanonicalText {
  /// Brings text of any number of lines into canonical form.
  ///
  /// That is NFC, `\n` line ends, no control characters but tab and newline, no blanks at a line's end and no blank lines
  /// at the text's end. Blanks and blank lines at the start mean something (an indented block) and stay.
  ///
  /// - Parameter text: any text.
  /// - Returns: the text, empty where nothing is left.
  public static func lines(_ text: String) -> String {
    isCanonical(text, onOneLine: false) ? text : cutTrailingBlanks(normalized(text))
  }

  /// Brings text into canonical form on one line: line ends and tabs become single blanks, and there are none at either end.
  ///
  /// - Parameter text: any text.
  /// - Returns: the text, empty where nothing is left.
  public static func line(_ text: String) -> String {
    if isCanonical(text, onOneLine: true) { return text }
    var result = String.UnicodeScalarView()
    var isBreaking = false
    for scalar in normalized(text).unicodeScalars {
      if scalar == "\n" || scalar == "\t" || scalar == "\u{2028}" || scalar == "\u{2029}" {
        isBreaking = true
        continue
      }
      if isBreaking {
        if isBlank(scalar) { continue }
        while let last = result.last, isBlank(last) { result.removeLast() }
        result.append(" ")
        isBreaking = false
      }
      result.append(scalar)
    }
    return String(result).trimmingBlanks()
  }

  /// Whether a character is taken out of every text: controls but tab and newline, and what no XML or JSON text of JIRA may hold.
  static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a: false
    case 0x00...0x1f, 0x7f...0x9f, 0xfeff, 0xfffe, 0xffff: true
    default: false
    }
  }

  /// Whether a character is white space; most are ASCII, for which no table needs to be searched.
  static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      ? scalar.value == 0x20 || (0x09...0x0d).contains(scalar.value)
      : scalar.properties.isWhitespace
  }

  /// Whether a character is one that every text keeps as it is, whatever stands beside it.
  ///
  /// Those beyond ASCII are Latin and Cyrillic letters, dashes and quotation marks: each is a starter whose quick check for
  /// NFC says yes (Unicode Standard Annex 15, section 9), and none is white space. There are more, in more ranges.
  static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7e, 0x09, 0x0a: true
    case 0xa1...0x2ff, 0x400...0x482, 0x2010...0x2027, 0x2030...0x205e: true
    default: false
    }
  }

  /// Whether a text of plain characters is in canonical form already, as most are: nothing of it then needs to be copied.
  private static func isCanonical(_ text: String, onOneLine: Bool) -> Bool {
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      guard isPlain(scalar), !onOneLine || scalar.value >= 0x20 else { return false }
      if scalar == "\n", previous == " " || previous == "\t" { return false }
      previous = scalar
    }
    guard let previous else { return true }
    return previous.value > 0x20 && !(onOneLine && text.unicodeScalars.first == " ")
  }

  private static func normalized(_ text: String) -> String {
    if text.unicodeScalars.allSatisfy(isPlain) { return text }
    var kept = String.UnicodeScalarView()
    var previousWasReturn = false
    for scalar in text.unicodeScalars {
      let isReturn = scalar == "\r"
      if isReturn {
        kept.append("\n")
      } else if scalar == "\n" && previousWasReturn {
        // The second half of a Windows line end.
      } else if !isRemoved(scalar) {
        kept.append(scalar)
      }
      previousWasReturn = isReturn
    }
    var result = String.UnicodeScalarView()
    for scalar in String(kept)._nfc { result.append(scalar) }
    return String(result)
  }

  private static func cutTrailingBlanks(_ text: String) -> String {
    var result = ""
    var newlines = 0
    for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      if let last = line.lastIndex(where: { !isBlank($0) }) {
        // A string grows by whole lines; a scalar view counts all that it holds each time that a part is added to it.
        result += String(repeating: "\n", count: newlines)
        result += Substring(line[...last])
        newlines = 0
      }
      newlines += 1
    }
    return result
  }
}
