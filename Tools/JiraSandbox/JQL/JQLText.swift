/// Full text search: words without regard to case, phrases in quotes, `*` at the end of a word.
struct JQLText: Sendable {
  private let words: [Word]
  private let phrases: [[String]]

  private struct Word: Sendable {
    var text: String
    var isPrefix: Bool
  }

  /// Reads what stands behind `~`.
  ///
  /// - Throws: `Refusal` with status 400 where it starts with a wildcard.
  init(_ query: String, field: String) throws(Refusal) {
    var words: [Word] = []
    var phrases: [[String]] = []
    for (place, part) in query.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
    {
      if place % 2 == 1 {
        phrases.append(JQLText.words(of: String(part)))
        continue
      }
      for word in part.split(whereSeparator: \.isWhitespace) {
        if let first = word.first, "*?".contains(first) {
          throw .badRequest(
            "The text query '\(query)' for field '\(field)' is not allowed to start with '\(first)'."
          )
        }
        let pieces = JQLText.words(of: String(word))
        for (index, piece) in pieces.enumerated() {
          let isLast = index == pieces.count - 1
          words.append(Word(text: piece, isPrefix: isLast && word.hasSuffix("*")))
        }
      }
    }
    self.words = words
    self.phrases = phrases.filter { !$0.isEmpty }
  }

  /// Whether a text has all the words and phrases.
  func matches(_ text: String) -> Bool {
    let tokens = JQLText.words(of: text)
    guard !words.isEmpty || !phrases.isEmpty else { return false }
    return words.allSatisfy { word in
      tokens.contains { word.isPrefix ? $0.hasPrefix(word.text) : $0 == word.text }
    }
      && phrases.allSatisfy { phrase in
        tokens.indices.contains { tokens[$0...].starts(with: phrase) }
      }
  }

  private static func words(of text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
  }
}
