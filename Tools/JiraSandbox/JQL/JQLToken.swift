/// A piece of a query, and where it starts.
struct JQLToken: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// Letters without quotes: a field, a keyword, a value or a number.
    case word(String)
    /// A text in quotes, escapes undone.
    case quoted(String)
    /// `=`, `!=`, `<`, `>`, `<=`, `>=`, `~`, `!~`.
    case comparison(String)
    case open
    case close
    case comma
    case and
    case or
    case not
    case end
  }

  var kind: Kind
  /// The line, from 1.
  var line: Int
  /// The place in the line, from 1.
  var column: Int

  /// The token as messages show it.
  var text: String {
    switch kind {
    case .word(let text), .quoted(let text), .comparison(let text): text
    case .open: "("
    case .close: ")"
    case .comma: ","
    case .and: "&&"
    case .or: "||"
    case .not: "!"
    case .end: "end of the query"
    }
  }

  var position: String { "(line \(line), character \(column))" }

  /// Whether this is a certain word, in any case.
  func isKeyword(_ keyword: String) -> Bool {
    guard case .word(let text) = kind else { return false }
    return text.lowercased() == keyword
  }
}
