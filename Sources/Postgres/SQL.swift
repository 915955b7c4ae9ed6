/// A statement and its parameters, kept apart: a value can reach the server only as a bind.
///
/// Written as a string literal. `\(value)` appends `$1`, `$2` … and a bind, `\(other)` splices another statement and
/// renumbers it, `\(identifier:)` quotes a name, and `\(unescaped:)` is the only way to put text in as it is.
public struct SQL: Sendable, Hashable {
  /// The statement with `$1`, `$2` … where the parameters go.
  public let text: String
  /// The parameters in text format; nil is NULL.
  public let binds: [String?]

  /// The text around the binds, one piece more than there are binds: what splicing needs, since `$1` in a text cannot be
  /// told from the same letters in a literal.
  let pieces: [String]

  /// Whether connections should keep it prepared.
  private(set) var isPrepared = false

  init(pieces: [String], binds: [String?]) {
    var text = pieces[0]
    for (index, piece) in pieces.dropFirst().enumerated() { text += "$\(index + 1)" + piece }
    self.text = text
    self.pieces = pieces
    self.binds = binds
  }

  /// A statement without parameters, taken as it is.
  ///
  /// - Parameter text: SQL that no outside value is part of.
  public init(unescaped text: String) { self.init(pieces: [text], binds: []) }

  /// The same statement, to be kept prepared by connections that lead to a server and not to a pooler.
  ///
  /// For what is sent again and again in the same words: each other text is kept by the server for as long as the connection lasts.
  ///
  /// - Returns: the statement.
  public func prepared() -> SQL {
    var statement = self
    statement.isPrepared = true
    return statement
  }
}

extension SQL {
  /// One statement's text after the other's, renumbered.
  public static func + (left: SQL, right: SQL) -> SQL { "\(left)\(right)" }
}
