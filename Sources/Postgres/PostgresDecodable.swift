/// A value that can be read from a column.
public protocol PostgresDecodable: Sendable {
  /// Reads a value.
  ///
  /// - Parameter postgresText: the value in Postgres' text format.
  /// - Throws: `UnreadableValue` where the text is no value of this type.
  init(postgresText: String) throws
}

/// A text that is no value of the wanted type; it does not carry the text, which may be anybody's.
public struct UnreadableValue: Error, Sendable, Hashable {
  /// What was expected, as a noun with its article: "an integer".
  public var expected: String

  /// Names what was expected.
  public init(expected: String) { self.expected = expected }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
  /// Reads the value, as `PostgresDecodable` says.
  public init(postgresText: String) throws {
    guard let value = Self(rawValue: try RawValue(postgresText: postgresText)) else {
      throw UnreadableValue(expected: "one of the values of \(Self.self)")
    }
    self = value
  }
}
