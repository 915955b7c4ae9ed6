import FoundationEssentials

extension PostgresEncodable where Self: BinaryInteger {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? { String(self) }
}

extension Int: PostgresEncodable {}
extension Int8: PostgresEncodable {}
extension Int16: PostgresEncodable {}
extension Int32: PostgresEncodable {}
extension Int64: PostgresEncodable {}
extension UInt: PostgresEncodable {}
extension UInt8: PostgresEncodable {}
extension UInt16: PostgresEncodable {}
extension UInt32: PostgresEncodable {}
extension UInt64: PostgresEncodable {}

extension String: PostgresEncodable {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? { self }
}

extension Substring: PostgresEncodable {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? { String(self) }
}

extension Bool: PostgresEncodable {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? { self ? "t" : "f" }
}

extension Double: PostgresEncodable {
  // Swift prints "inf", Postgres documents "Infinity" (section 8.1.3).
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? {
    if isNaN { return "NaN" }
    if isInfinite { return self < 0 ? "-Infinity" : "Infinity" }
    return String(self)
  }
}

extension UUID: PostgresEncodable {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? { uuidString.lowercased() }
}

extension Decimal: PostgresEncodable {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? { description }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? { flatMap { $0.postgresText } }
}

extension Array: PostgresEncodable where Element: PostgresEncodable {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? {
    // No key path: of a generic type it is made anew in each call, which took longer than all else here.
    ArrayLiteral.text(of: map { $0.postgresText }, nested: Element.self is any PostgresArray.Type)
  }
}

/// What is written without quotes inside of an array literal: an inner array.
private protocol PostgresArray {}
extension Array: PostgresArray where Element: PostgresEncodable {}
