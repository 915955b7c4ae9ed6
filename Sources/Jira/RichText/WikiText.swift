/// JIRA's wiki markup, in which Data Center keeps rich text.
///
/// Plain text is escaped only where it could be taken for markup, so that what other programs read stays readable.
/// https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
public enum WikiText {
  /// A line's end costs nothing, and no character becomes longer than `&amp;` or `&#92;`.
  static let greatestGrowth = 5

  /// How many UTF-16 units a character needs at most once it is escaped.
  static func greatestLength(_ scalar: Unicode.Scalar) -> Int {
    switch scalar {
    case "\\", "&": greatestGrowth
    case _ where isPunctuation(scalar): 2
    default: UTF16.width(scalar)
    }
  }

  /// Writes plain text as markup that shows it as it is.
  ///
  /// - Parameter text: any text; it is brought into canonical form.
  /// - Returns: the markup.
  public static func escape(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var isFirst = true
    for line in CanonicalText.lines(text).unicodeScalars.split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      if !isFirst { result.append("\n") }
      isFirst = false
      append(Array(line), to: &result)
    }
    return String(result)
  }

  /// Reads markup as plain text.
  ///
  /// - Parameter markup: what a field holds.
  /// - Returns: the text in canonical form with escapes undone and all else as it was typed, and whether `escape` would write something that looks different.
  public static func text(of markup: String) -> (text: String, lossy: Bool) {
    let scalars = Array(CanonicalText.lines(markup).unicodeScalars)
    var plain = String.UnicodeScalarView()
    // The same markup with its harmless backslashes as `escape` writes them.
    var uniform = String.UnicodeScalarView()
    var forcesBreak = false
    var index = 0
    while index < scalars.count {
      let scalar = scalars[index]
      let next = index + 1 < scalars.count ? scalars[index + 1] : nil
      if scalar == "\\", let next, next == "\\" {
        forcesBreak = true
        plain.append("\n")
        index += 2
      } else if scalar == "\\", let next, isPunctuation(next) {
        plain.append(next)
        uniform.add([scalar, next])
        index += 2
      } else if scalar == "\\" {
        plain.append(scalar)
        uniform.add(backslash)
        index += 1
      } else if let (character, length) = entity(in: scalars, at: index) {
        plain.append(character)
        uniform.add(scalars[index..<index + length])
        index += length
      } else {
        plain.append(scalar)
        uniform.append(scalar)
        index += 1
      }
    }
    let text = CanonicalText.lines(String(plain))
    return (text, forcesBreak || escape(text) != String(uniform))
  }

  private static let backslash = Array("&#92;".unicodeScalars)
  private static let ampersand = Array("&amp;".unicodeScalars)

  private static func entity(
    in scalars: [Unicode.Scalar], at index: Int
  ) -> (Unicode.Scalar, Int)? {
    let rest = scalars[index...]
    if rest.starts(with: backslash) { return ("\\", backslash.count) }
    if rest.starts(with: ampersand) { return ("&", ampersand.count) }
    return nil
  }

  private static func append(_ line: [Unicode.Scalar], to result: inout String.UnicodeScalarView) {
    let start = line.firstIndex { $0 != " " && $0 != "\t" } ?? 0
    let forced = lineMarker(line, from: start)
    for (index, scalar) in line.enumerated() {
      if scalar == "\\" {
        result.add(backslash)
      } else if scalar == "&" && beginsEntity(line, at: index) {
        result.add(ampersand)
      } else {
        if index == forced || needsEscape(line, at: index) { result.append("\\") }
        result.append(scalar)
      }
    }
  }

  /// Where a line must be broken up so that it is no heading, quote, list or table.
  private static func lineMarker(_ line: [Unicode.Scalar], from start: Int) -> Int? {
    guard start < line.count else { return nil }
    let rest = line[start...]
    for marker in ["h1.", "h2.", "h3.", "h4.", "h5.", "h6.", "bq."] {
      if rest.starts(with: marker.unicodeScalars) { return start + 2 }
    }
    return ["#", "*", "-", "|"].contains(line[start]) ? start : nil
  }

  /// Whether a character within a line could begin markup.
  private static func needsEscape(_ line: [Unicode.Scalar], at index: Int) -> Bool {
    let next = index + 1 < line.count ? line[index + 1] : nil
    switch line[index] {
    case "{", "[", "^", "~": return true
    case "*", "_", "-", "+", "?", "!":
      // Phrases begin at a word's edge and with no blank after the mark.
      let previous = index > 0 ? line[index - 1] : nil
      guard let next, !next.properties.isWhitespace else { return false }
      return previous.map { !isWordCharacter($0) } ?? true
    case ":", ";": return next.map { [")", "(", "P", "D", "|"].contains($0) } ?? false
    case "(": return beginsPicture(line, at: index)
    default: return false
    }
  }

  /// `(/)`, `(x)`, `(on)` and their like become pictures and signs.
  private static func beginsPicture(_ line: [Unicode.Scalar], at index: Int) -> Bool {
    guard let end = line[index...].prefix(8).firstIndex(of: ")") else { return false }
    return end > index + 1 && line[index + 1..<end].allSatisfy { !$0.properties.isWhitespace }
      && end - index <= 6
  }

  private static func beginsEntity(_ line: [Unicode.Scalar], at index: Int) -> Bool {
    let name = line[(index + 1)...].prefix { isWordCharacter($0) || $0 == "#" }
    return !name.isEmpty && name.endIndex < line.count && line[name.endIndex] == ";"
  }

  private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  /// What a backslash takes its meaning from.
  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7f && !isWordCharacter(scalar)
  }
}

extension String.UnicodeScalarView {
  /// Adds some characters; `append(contentsOf:)` would count all that are there already, each time.
  fileprivate mutating func add(_ scalars: some Sequence<Unicode.Scalar>) {
    for scalar in scalars { append(scalar) }
  }
}
