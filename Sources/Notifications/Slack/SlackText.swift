import JSON

/// Text that goes into Slack's own markup.
enum SlackText {
  /// Makes text inert: no mention, no link.
  ///
  /// A mention is `<!channel>` or `<@U123>`, so without angle brackets there is none.
  /// https://docs.slack.dev/messaging/formatting-message-text#escaping
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.printable(keeping: ["\n"]).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Escaped, and cut so that it fits, never in the middle of an escape.
  static func escaped(_ text: String, limit: Int) -> String {
    var result = ""
    for character in text {
      let piece = escaped(String(character))
      guard result.count + piece.count < limit else { return result + "…" }
      result += piece
    }
    return result
  }

  /// As code, where `*`, `_` and `~` mean nothing.
  static func code(_ text: String) -> String {
    var plain = String.UnicodeScalarView()
    for scalar in Headline.line(text).unicodeScalars { plain.append(scalar == "`" ? "'" : scalar) }
    return "`\(escaped(String(plain)))`"
  }
}
