/// JIRA's wiki markup, in which Data Center keeps rich text.
///
/// Plain text is escaped only where the renderer would take it for markup, by `WikiProtection`, so that what other programs
/// read stays readable. https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
public enum WikiText {
  /// A line's end costs nothing, and no character becomes longer than `&#123;`.
  static let greatestGrowth = 6

  /// How many UTF-16 units a character needs at most once it is escaped.
  static func greatestLength(_ scalar: Unicode.Scalar) -> Int {
    switch scalar {
    case "{": greatestGrowth
    case "\\", "&", ".", ":": 5
    case _ where isEscapable(scalar): 2
    default: UTF16.width(scalar)
    }
  }

  /// Writes plain text as markup that shows it as it is.
  ///
  /// - Parameter text: any text; it is brought into canonical form.
  /// - Returns: the markup.
  public static func escape(_ text: String) -> String {
    let scalars = Array(CanonicalText.lines(text).unicodeScalars)
    let needed = WikiProtection.needed(in: scalars)
    var result = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      guard needed[index] else {
        result.append(scalar)
        continue
      }
      switch scalar {
      case "&": result.add("&amp;".unicodeScalars)
      // Of an escaped brace the renderer leaves the brace itself, and two of them would begin monospaced text.
      case "{" where index > 0 && scalars[index - 1] == "{": result.add(entity(scalar))
      case _ where isEscapable(scalar): result.add(["\\", scalar])
      default: result.add(entity(scalar))
      }
    }
    return String(result)
  }

  /// Reads markup as plain text.
  ///
  /// - Parameter markup: what a field holds.
  /// - Returns: the text in canonical form with escapes undone as the renderer undoes them and all else as it was typed, and
  ///   whether `escape` would write something that looks different.
  public static func text(of markup: String) -> (text: String, lossy: Bool) {
    var reader = WikiTextReader(CanonicalText.lines(markup))
    reader.read()
    let plain = String(reader.plain)
    let text = CanonicalText.lines(plain)
    let isLossy =
      reader.hasFormatting || !text.unicodeScalars.elementsEqual(reader.plain)
      || !WikiProtection.isComplete(reader.isProtected, in: Array(reader.plain))
    return (text, isLossy)
  }

  /// What a backslash takes its meaning from: `BackslashEscapeRendererComponent` knows these characters and no others.
  static func isEscapable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "-", "#", "*", "_", "+", "?", "^", "~", "|", "%", "{", "}", "[", "]", "(", ")", "!", "@":
      true
    default: false
    }
  }

  private static func entity(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
    "&#\(scalar.value);".unicodeScalars
  }
}

extension String.UnicodeScalarView {
  /// Adds some characters; `append(contentsOf:)` would count all that are there already, each time.
  fileprivate mutating func add(_ scalars: some Sequence<Unicode.Scalar>) {
    for scalar in scalars { append(scalar) }
  }
}
