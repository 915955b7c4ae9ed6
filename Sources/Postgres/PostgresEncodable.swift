/// A value that can be a parameter.
public protocol PostgresEncodable: Sendable {
  /// The value in Postgres' text format; nil is NULL.
  var postgresText: String? { get }
}

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
  /// The value in the text format, as `PostgresEncodable` says.
  public var postgresText: String? { rawValue.postgresText }
}
