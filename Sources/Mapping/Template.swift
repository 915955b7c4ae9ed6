/// A text with columns in it.
///
/// `{column}` is a column's text, `{column|first_line}` its first line; `{? … }` is a part that is left out where a column
/// in it is empty; `{{` and `}}` are the braces themselves.
public struct Template: Sendable, Hashable {
  /// A piece of a template.
  indirect enum Piece: Sendable, Hashable {
    case text(String)
    case column(String, filters: [Filter])
    case optional([Piece])
  }

  /// What is done to a column's text before it is put in.
  enum Filter: String, Sendable, Hashable, CaseIterable {
    case firstLine = "first_line"
    case trim
    case lower
    case upper
  }

  /// The template as it was written.
  public let text: String
  let pieces: [Piece]

  /// Reads a template.
  ///
  /// - Parameter text: the template.
  /// - Throws: `TemplateError` where a brace is not closed or a filter is unknown.
  public init(_ text: String) throws(TemplateError) {
    var parser = TemplateParser(text)
    pieces = try parser.parse()
    self.text = text
  }

  /// The template out of pieces that are known to be right.
  init(text: String, pieces: [Piece]) {
    self.text = text
    self.pieces = pieces
  }

  /// The columns that it names, each once, in their order.
  public var columns: [String] {
    var found: [String] = []
    for column in Template.columns(of: pieces) where !found.contains(column) {
      found.append(column)
    }
    return found
  }

  /// Puts the columns in.
  ///
  /// - Parameter value: gives the text of a column, empty where it has none.
  /// - Returns: the text.
  /// - Throws: what `value` throws.
  package func filled<Failure: Error>(
    _ value: (String) throws(Failure) -> String
  ) throws(Failure) -> String {
    try Template.fill(pieces, value).text
  }

  private static func columns(of pieces: [Piece]) -> [String] {
    pieces.flatMap { piece -> [String] in
      switch piece {
      case .text: []
      case .column(let name, _): [name]
      case .optional(let inner): columns(of: inner)
      }
    }
  }

  private static func fill<Failure: Error>(
    _ pieces: [Piece], _ value: (String) throws(Failure) -> String
  ) throws(Failure) -> (text: String, complete: Bool) {
    var text = ""
    var complete = true
    for piece in pieces {
      switch piece {
      case .text(let literal): text += literal
      case .column(let name, let filters):
        var column = try value(name)
        for filter in filters { column = filter.applied(to: column) }
        // Control characters are taken out on the way to JIRA.
        let isBlank = column.unicodeScalars.allSatisfy {
          $0.properties.isWhitespace || $0.properties.generalCategory == .control
        }
        if isBlank { complete = false }
        text += column
      case .optional(let inner):
        let part = try fill(inner, value)
        if part.complete { text += part.text }
      }
    }
    return (text, complete)
  }
}

extension Template.Filter {
  fileprivate func applied(to text: String) -> String {
    switch self {
    case .firstLine: text.firstLine
    case .trim: text.trimmingWhiteSpace()
    case .lower: text.lowercased()
    case .upper: text.uppercased()
    }
  }
}

/// Why a text is no template.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong and what is allowed.
  public let description: String

  init(_ description: String) { self.description = description }
}
