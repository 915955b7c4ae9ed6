/// What Data Center shows as pictures.
enum WikiEmoticons {
  /// The symbols, longer ones first where one begins another.
  static let symbols: [[Unicode.Scalar]] = [
    ":-)", ":-(", ":)", ":(", ":P", ":p", ":D", ";-)", ";)", "(flagoff)", "(flag)", "(off)", "(on)",
    "(*r)", "(*g)", "(*b)",
    "(*y)", "(*)", "(y)", "(n)", "(i)", "(/)", "(x)", "(!)", "(?)", "(+)", "(-)",
  ].map { Array($0.unicodeScalars) }

  /// How long the emoticon is that begins at a place.
  ///
  /// - Parameters:
  ///   - text: a text.
  ///   - index: a place in it.
  ///   - isProtected: which characters of the text are escaped.
  /// - Returns: nil where there is none, or a letter or digit follows it.
  static func length(in text: [Unicode.Scalar], at index: Int, isProtected: [Bool]) -> Int? {
    symbols.first { symbol in
      guard text[index...].starts(with: symbol) else { return false }
      let end = index + symbol.count
      // The letters of a link, and those that are written as entities, are hidden from the renderer by then.
      return end == text.count || !WikiProtection.isWord(text[end]) || isProtected[end]
        || WikiAddress.colon(in: text, at: end) != nil
    }?.count
  }
}
