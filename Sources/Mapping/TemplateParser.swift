/// Reads a template, one character after the other.
struct TemplateParser {
  private let characters: [Character]
  private var position = 0

  init(_ text: String) { characters = Array(text) }

  /// Reads the whole template.
  mutating func parse() throws(TemplateError) -> [Template.Piece] {
    try pieces(inside: false)
  }

  private mutating func pieces(inside: Bool) throws(TemplateError) -> [Template.Piece] {
    var pieces: [Template.Piece] = []
    var literal = ""
    func closed(_ pieces: [Template.Piece], _ literal: String) -> [Template.Piece] {
      literal.isEmpty ? pieces : pieces + [.text(literal)]
    }
    while let character = next() {
      switch character {
      case "{" where take("{"): literal.append("{")
      case "}" where !inside && take("}"): literal.append("}")
      case "}" where inside: return closed(pieces, literal)
      case "}": throw TemplateError("a } without its {; write }} for the brace itself")
      case "{":
        pieces = closed(pieces, literal)
        literal = ""
        if take("?") {
          guard !inside else {
            throw TemplateError("a {? … } inside another; only one level is possible")
          }
          pieces.append(.optional(try self.pieces(inside: true)))
        } else {
          pieces.append(try column())
        }
      default: literal.append(character)
      }
    }
    guard !inside else { throw TemplateError("a {? is not closed by a }") }
    return closed(pieces, literal)
  }

  private mutating func column() throws(TemplateError) -> Template.Piece {
    var inner = ""
    while let character = next() {
      guard character != "}" else { return try column(inner) }
      inner.append(character)
    }
    throw TemplateError("{\(inner) is not closed by a }; write {{ for the brace itself")
  }

  private func column(_ inner: String) throws(TemplateError) -> Template.Piece {
    let parts = inner.split(separator: "|", omittingEmptySubsequences: false)
      .map { String($0).trimmingWhiteSpace() }
    guard let name = parts.first, !name.isEmpty else {
      throw TemplateError("{\(inner)} names no column")
    }
    var filters: [Template.Filter] = []
    for part in parts.dropFirst() {
      guard let filter = Template.Filter(rawValue: part) else {
        let known = Template.Filter.allCases.map(\.rawValue).joined(separator: ", ")
        throw TemplateError("{\(inner)} has the unknown filter '\(part)'; filters are \(known)")
      }
      filters.append(filter)
    }
    return .column(name, filters: filters)
  }

  private mutating func next() -> Character? {
    guard position < characters.count else { return nil }
    defer { position += 1 }
    return characters[position]
  }

  private mutating func take(_ character: Character) -> Bool {
    guard position < characters.count, characters[position] == character else { return false }
    position += 1
    return true
  }
}
