import Jira

/// Texts in messages, with what cannot be seen made visible.
package enum VisibleText {
  /// The most characters of a text that a message shows.
  private static let most = 60

  /// A text in quotes, in which blanks that are easily overlooked show.
  ///
  /// - Parameter text: any text.
  /// - Returns: the beginning of it in quotes; blanks at its ends, two in a row and blanks of other kinds are signs.
  package static func quoted(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var shown = String.UnicodeScalarView()
    for (place, scalar) in scalars.enumerated() {
      let isAtEnd = place == 0 || place == scalars.count - 1
      let isBesideBlank =
        (place > 0 && scalars[place - 1].properties.isWhitespace)
        || (place + 1 < scalars.count && scalars[place + 1].properties.isWhitespace)
      switch scalar {
      case " ": shown.append(isAtEnd || isBesideBlank ? "␠" : " ")
      case "\t": shown.append("␉")
      case "\n", "\r", "\u{2028}", "\u{2029}": shown.append("␤")
      default: shown.append(scalar.properties.isWhitespace ? "⍽" : scalar)
      }
    }
    let whole = String(shown)
    return whole.count > most ? "'\(whole.prefix(most))…'" : "'\(whole)'"
  }
}
