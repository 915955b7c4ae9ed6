import FoundationEssentials

extension PostgresDecodable where Self: FixedWidthInteger {
  /// Reads the value, as `PostgresDecodable` says.
  public init(postgresText: String) throws {
    guard let value = Self(postgresText) else {
      throw UnreadableValue(expected: "an integer of \(Self.bitWidth) bits")
    }
    self = value
  }
}

extension Int: PostgresDecodable {}
extension Int16: PostgresDecodable {}
extension Int32: PostgresDecodable {}
extension Int64: PostgresDecodable {}

extension String: PostgresDecodable {
  /// Reads the value, as `PostgresDecodable` says.
  public init(postgresText: String) { self = postgresText }
}

extension Bool: PostgresDecodable {
  /// Reads the value, as `PostgresDecodable` says.
  public init(postgresText: String) throws {
    switch postgresText {
    case "t", "true": self = true
    case "f", "false": self = false
    default: throw UnreadableValue(expected: "a boolean")
    }
  }
}

extension Double: PostgresDecodable {
  /// Reads the value, as `PostgresDecodable` says.
  public init(postgresText: String) throws {
    guard let value = Double(postgresText) else { throw UnreadableValue(expected: "a number") }
    self = value
  }
}

extension UUID: PostgresDecodable {
  /// Reads the value, as `PostgresDecodable` says.
  public init(postgresText: String) throws {
    guard let value = UUID(uuidString: postgresText) else {
      throw UnreadableValue(expected: "a uuid")
    }
    self = value
  }
}

extension Decimal: PostgresDecodable {
  /// Reads the value, as `PostgresDecodable` says.
  public init(postgresText: String) throws {
    guard let value = Decimal(string: postgresText), !value.isNaN else {
      throw UnreadableValue(expected: "a finite decimal number")
    }
    self = value
  }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
  /// Reads the value, as `PostgresDecodable` says.
  public init(postgresText: String) throws {
    self = try ArrayLiteral.elements(of: postgresText).map { element in
      guard let element else { throw UnreadableValue(expected: "an array without NULLs") }
      return try Element(postgresText: element)
    }
  }
}
