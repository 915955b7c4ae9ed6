extension String {
  /// The text with a "…" in the place of what it quotes.
  ///
  /// Our own messages and JIRA's quote the values of fields, which a log must not have above level debug. An apostrophe within a word is no quote.
  public var withoutQuotes: String {
    var result = ""
    var quote: Character?
    var previous: Character = " "
    var rest = self[...]
    while let character = rest.popFirst() {
      defer { previous = character }
      if let open = quote {
        guard character == open, open == "\"" || !Self.isInWord(rest.first) else { continue }
        quote = nil
        result += "…"
        result.append(character)
      } else {
        result.append(character)
        if character == "\"" || (character == "'" && !Self.isInWord(previous)) { quote = character }
      }
    }
    // What never ends is left out to the end.
    return quote == nil ? result : result + "…"
  }

  private static func isInWord(_ character: Character?) -> Bool {
    character.map { $0.isLetter || $0.isNumber } ?? false
  }
}
