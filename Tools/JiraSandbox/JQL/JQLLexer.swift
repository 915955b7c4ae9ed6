/// Cuts a query into tokens.
struct JQLLexer {
  private let scalars: [Unicode.Scalar]
  private var place = 0
  private var line = 1
  private var column = 1

  /// Characters that need quotes: JIRA keeps them for later.
  private static let reserved: Set<Unicode.Scalar> = [
    "+", ".", ";", "?", "*", "/", "%", "^", "$", "#", "@", "[", "]", "{", "}", "`",
  ]
  private static let stops: Set<Unicode.Scalar> = [
    " ", "\t", "\n", "\r", "\"", "'", "=", "!", "<", ">", "~", "(", ")", ",", "&", "|",
  ]

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// All tokens of a query; the last one is `end`.
  ///
  /// - Throws: `Refusal` with JIRA's words where a quote is open, an escape is unknown, or a reserved character stands alone.
  static func tokens(of text: String) throws(Refusal) -> [JQLToken] {
    var lexer = JQLLexer(text)
    var tokens: [JQLToken] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  private mutating func next() throws(Refusal) -> JQLToken {
    while let scalar = peek(), scalar.properties.isWhitespace { advance() }
    let (line, column) = (line, column)
    func token(_ kind: JQLToken.Kind) -> JQLToken {
      JQLToken(kind: kind, line: line, column: column)
    }
    guard let scalar = peek() else { return token(.end) }
    switch scalar {
    case "\"", "'":
      return token(.quoted(try quoted(by: scalar, line: line, column: column)))
    case "(":
      advance()
      return token(.open)
    case ")":
      advance()
      return token(.close)
    case ",":
      advance()
      return token(.comma)
    case "&", "|":
      advance()
      if peek() == scalar { advance() }
      return token(scalar == "&" ? .and : .or)
    case "=", "~":
      advance()
      return token(.comparison(String(scalar)))
    case "<", ">":
      advance()
      if take("=") { return token(.comparison("\(scalar)=")) }
      return token(.comparison(String(scalar)))
    case "!":
      advance()
      if take("=") { return token(.comparison("!=")) }
      if take("~") { return token(.comparison("!~")) }
      return token(.not)
    default:
      return token(.word(try word()))
    }
  }

  private mutating func word() throws(Refusal) -> String {
    var text = ""
    while let scalar = peek(), !JQLLexer.stops.contains(scalar) {
      if scalar == "[", text.lowercased() == "cf" {
        text += bracketed()
        continue
      }
      // Only in a number does a point need no quotes.
      let isPoint = scalar == "." && !text.isEmpty && text.allSatisfy { $0.isNumber || $0 == "-" }
      guard isPoint || !JQLLexer.reserved.contains(scalar) else {
        throw reservedCharacter(scalar)
      }
      if scalar == "\\" {
        text.unicodeScalars.append(try escape())
        continue
      }
      text.unicodeScalars.append(scalar)
      advance()
    }
    return text
  }

  /// The `[10010]` of `cf[10010]`.
  private mutating func bracketed() -> String {
    var text = ""
    while let scalar = peek() {
      text.unicodeScalars.append(scalar)
      advance()
      if scalar == "]" { break }
    }
    return text
  }

  private mutating func quoted(
    by quote: Unicode.Scalar, line: Int, column: Int
  ) throws(Refusal) -> String {
    advance()
    var text = ""
    while let scalar = peek() {
      if scalar == quote {
        advance()
        return text
      }
      if scalar == "\\" {
        text.unicodeScalars.append(try escape())
        continue
      }
      text.unicodeScalars.append(scalar)
      advance()
    }
    throw .jql(
      "The quoted string '\(text)' has not been completed. (line \(line), character \(column))")
  }

  private mutating func escape() throws(Refusal) -> Unicode.Scalar {
    let (line, column) = (line, column)
    advance()
    guard let scalar = peek() else {
      throw illegalEscape("\\", line, column)
    }
    advance()
    switch scalar {
    case "n": return "\n"
    case "t": return "\t"
    case "r": return "\r"
    case "\\", "\"", "'", " ": return scalar
    case "u":
      var digits = ""
      while digits.count < 4, let digit = peek(), digit.properties.isASCIIHexDigit {
        digits.unicodeScalars.append(digit)
        advance()
      }
      guard digits.count == 4, let code = UInt32(digits, radix: 16),
        let result = Unicode.Scalar(code)
      else { throw illegalEscape("\\u\(digits)", line, column) }
      return result
    default: throw illegalEscape("\\\(scalar)", line, column)
    }
  }

  private func illegalEscape(_ text: String, _ line: Int, _ column: Int) -> Refusal {
    .jql(
      "'\(text)' is an illegal JQL escape sequence. The valid escape sequences are \\', \\\", \\t, \\n, \\r, \\\\, '\\ ' and \\uXXXX. (line \(line), character \(column))"
    )
  }

  private func reservedCharacter(_ scalar: Unicode.Scalar) -> Refusal {
    let code = String(scalar.value, radix: 16)
    let padded = String(repeating: "0", count: max(0, 4 - code.count)) + code
    return .jql(
      "The character '\(scalar)' is a reserved JQL character. You must enclose it in a string or use the escape '\\u\(padded)' instead. (line \(line), character \(column))"
    )
  }

  private func peek() -> Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    advance()
    return true
  }

  private mutating func advance() {
    if scalars[place] == "\n" {
      line += 1
      column = 1
    } else {
      column += 1
    }
    place += 1
  }
}

extension JQLLexer {
  /// Whether a text needs quotes where JQL expects a value.
  static func isReservedWord(_ text: String) -> Bool { reservedWords.contains(text.lowercased()) }

  private static let reservedWords: Set<String> = [
    "and", "or", "not", "in", "is", "was", "changed", "empty", "null", "order", "by", "asc", "desc",
    "select", "insert", "update", "delete", "from", "where", "drop", "create", "alter", "join",
    "like", "between", "exists", "group", "having", "limit", "union", "values", "set", "table",
  ]
}

extension Refusal {
  /// A query that cannot be read.
  static func jql(_ message: String) -> Refusal {
    .badRequest("Error in the JQL Query: \(message)")
  }
}
