extension SQL: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  /// Takes the literal as it is.
  public init(stringLiteral value: String) { self.init(unescaped: value) }

  /// Takes the literal as it is.
  public init(stringInterpolation interpolation: StringInterpolation) {
    self.init(pieces: interpolation.pieces, binds: interpolation.binds)
  }

  /// Collects the pieces of a literal.
  public struct StringInterpolation: StringInterpolationProtocol {
    var pieces: [String] = [""]
    var binds: [String?] = []

    /// Takes the literal as it is.
    public init(literalCapacity: Int, interpolationCount: Int) {
      pieces.reserveCapacity(interpolationCount + 1)
      binds.reserveCapacity(interpolationCount)
    }

    /// Text of the literal itself.
    public mutating func appendLiteral(_ literal: String) { pieces[pieces.count - 1] += literal }

    /// A parameter.
    ///
    /// - Parameter value: the parameter's value; nil is NULL.
    public mutating func appendInterpolation(_ value: some PostgresEncodable) {
      binds.append(value.postgresText)
      pieces.append("")
    }

    /// Puts a parameter that may be NULL in.
    ///
    /// - Parameter value: the parameter's value; nil is NULL.
    public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) {
      binds.append(value?.postgresText)
      pieces.append("")
    }

    /// Another statement, its parameters renumbered.
    ///
    /// - Parameter other: the statement.
    public mutating func appendInterpolation(_ other: SQL) {
      pieces[pieces.count - 1] += other.pieces[0]
      pieces += other.pieces.dropFirst()
      binds += other.binds
    }

    /// A name of a table, column, role or channel, quoted.
    ///
    /// - Parameter name: one name, without its schema.
    public mutating func appendInterpolation(identifier name: String) {
      appendLiteral(quotedIdentifier(name))
    }

    /// Text that becomes part of the statement as it is.
    ///
    /// - Parameter text: SQL that no outside value is part of.
    public mutating func appendInterpolation(unescaped text: String) { appendLiteral(text) }
  }
}

/// A name in double quotes, quotes inside doubled, as the manual's section 4.1.1 has it.
func quotedIdentifier(_ name: String) -> String {
  var quoted = "\""
  for character in name.unicodeScalars {
    if character == "\"" { quoted.unicodeScalars.append(character) }
    quoted.unicodeScalars.append(character)
  }
  return quoted + "\""
}
