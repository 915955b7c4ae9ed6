/// Reads a query.
///
/// The grammar: `or := and (OR and)*`, `and := not (AND not)*`, `not := NOT not | ( or ) | clause`.
struct JQLParser {
  private let tokens: [JQLToken]
  private var place = 0

  /// Nesting that no person writes and no stack should have to bear.
  private static let deepest = 200

  private init(tokens: [JQLToken]) { self.tokens = tokens }

  /// Reads a query.
  ///
  /// - Parameter text: the JQL.
  /// - Returns: its condition and order.
  /// - Throws: `Refusal` with status 400 and JIRA's words where it is no JQL.
  static func parse(_ text: String) throws(Refusal) -> JQLQuery {
    var parser = JQLParser(tokens: try JQLLexer.tokens(of: text))
    var condition: JQLExpression?
    if parser.current.kind != .end, !parser.current.isKeyword("order") {
      condition = try parser.disjunction(depth: 0)
    }
    let order = try parser.ordering()
    guard parser.current.kind == .end else {
      throw .jql(
        "Expecting either 'OR' or 'AND' but got '\(parser.current.text)'. \(parser.current.position)"
      )
    }
    return JQLQuery(condition: condition, order: order)
  }

  private var current: JQLToken { tokens[place] }

  @discardableResult
  private mutating func take() -> JQLToken {
    let token = tokens[place]
    if place + 1 < tokens.count { place += 1 }
    return token
  }

  private mutating func takeKeyword(_ keyword: String) -> Bool {
    guard current.isKeyword(keyword) else { return false }
    take()
    return true
  }

  private mutating func disjunction(depth: Int) throws(Refusal) -> JQLExpression {
    var parts = [try conjunction(depth: depth)]
    while current.kind == .or || current.isKeyword("or") {
      take()
      parts.append(try conjunction(depth: depth))
    }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func conjunction(depth: Int) throws(Refusal) -> JQLExpression {
    var parts = [try negation(depth: depth)]
    while current.kind == .and || current.isKeyword("and") {
      take()
      parts.append(try negation(depth: depth))
    }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func negation(depth: Int) throws(Refusal) -> JQLExpression {
    guard depth < JQLParser.deepest else {
      throw .badRequest("The JQL query is nested too deeply. Please simplify it.")
    }
    if current.kind == .not || current.isKeyword("not") {
      take()
      return .not(try negation(depth: depth + 1))
    }
    if current.kind == .open {
      take()
      let inner = try disjunction(depth: depth + 1)
      guard current.kind == .close else {
        throw .jql("Expecting ')' before the \(current.text). \(current.position)")
      }
      take()
      return inner
    }
    return .clause(try clause())
  }

  private mutating func clause() throws(Refusal) -> JQLClause {
    let token = take()
    let field: String
    switch token.kind {
    case .word(let text) where !JQLLexer.isReservedWord(text): field = text
    case .quoted(let text): field = text
    case .end:
      throw .jql("Expecting a field name at the end of the query.")
    case .word(let text):
      throw .jql(
        "'\(text)' is a reserved JQL word. You must surround it in quotation marks to use it in a query. \(token.position)"
      )
    default:
      throw .jql("Expecting a field name but got '\(token.text)'. \(token.position)")
    }
    return try comparison(of: field)
  }

  private mutating func comparison(of field: String) throws(Refusal) -> JQLClause {
    let token = take()
    if case .comparison(let text) = token.kind, let comparison = JQLOperator(rawValue: text) {
      return JQLClause(field: field, comparison: comparison, operand: try operand())
    }
    if token.isKeyword("is") {
      let negated = takeKeyword("not")
      guard takeKeyword("empty") || takeKeyword("null") else {
        throw .jql(
          "Expecting either 'EMPTY' or 'NULL' but got '\(current.text)'. \(current.position)")
      }
      return JQLClause(
        field: field, comparison: negated ? .isNotEmpty : .isEmpty, operand: .empty)
    }
    if token.isKeyword("in") {
      return JQLClause(field: field, comparison: .anyOf, operand: try list())
    }
    if token.isKeyword("not"), takeKeyword("in") {
      return JQLClause(field: field, comparison: .noneOf, operand: try list())
    }
    let got = token.kind == .end ? "the end of the query" : "'\(token.text)'"
    throw .jql(
      "Expecting operator but got \(got). The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. \(token.position)"
    )
  }

  private mutating func list() throws(Refusal) -> JQLOperand {
    guard current.kind == .open else {
      // A function may stand for a list.
      let single = try operand()
      guard case .function = single else {
        throw .jql("Expecting '(' but got '\(single.text)'. \(current.position)")
      }
      return .list([single])
    }
    take()
    var values: [JQLOperand] = []
    repeat { values.append(try operand()) } while takeComma()
    guard current.kind == .close else {
      throw .jql("Expecting ')' before the \(current.text). \(current.position)")
    }
    take()
    return .list(values)
  }

  private mutating func takeComma() -> Bool {
    guard current.kind == .comma else { return false }
    take()
    return true
  }

  private mutating func operand() throws(Refusal) -> JQLOperand {
    let token = take()
    switch token.kind {
    case .quoted(let text):
      return .quoted(text)
    case .word(let text):
      if ["empty", "null"].contains(text.lowercased()) { return .empty }
      if current.kind == .open { return .function(text, try arguments()) }
      guard !JQLLexer.isReservedWord(text) else {
        throw .jql(
          "'\(text)' is a reserved JQL word. You must surround it in quotation marks to use it in a query. \(token.position)"
        )
      }
      return .bare(text)
    case .end:
      throw .jql("Expecting either a value, list or function but got the end of the query.")
    default:
      throw .jql(
        "Expecting either a value, list or function but got '\(token.text)'. \(token.position)")
    }
  }

  private mutating func arguments() throws(Refusal) -> [String] {
    take()
    var arguments: [String] = []
    while current.kind != .close {
      switch take().kind {
      case .quoted(let text), .word(let text): arguments.append(text)
      default:
        throw .jql("Expecting ')' before the \(current.text). \(current.position)")
      }
      if !takeComma() { break }
    }
    guard current.kind == .close else {
      throw .jql("Expecting ')' before the \(current.text). \(current.position)")
    }
    take()
    return arguments
  }

  private mutating func ordering() throws(Refusal) -> [JQLOrder] {
    guard takeKeyword("order") else { return [] }
    guard takeKeyword("by") else {
      throw .jql("Expecting 'by' but got '\(current.text)'. \(current.position)")
    }
    var order: [JQLOrder] = []
    repeat {
      let token = take()
      switch token.kind {
      case .word(let field), .quoted(let field):
        let descending = takeKeyword("desc")
        if !descending { _ = takeKeyword("asc") }
        order.append(JQLOrder(field: field, isDescending: descending))
      default:
        throw .jql("Expecting a field name but got '\(token.text)'. \(token.position)")
      }
    } while takeComma()
    return order
  }
}
