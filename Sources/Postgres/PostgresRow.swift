/// One row of a result.
public struct PostgresRow: Sendable {
  let columns: ResultColumns
  let values: [String?]

  // The generic ones are inlinable: a module that cannot see into them makes the metadata of their types anew in each call,
  // which took longer than reading the value.

  /// The value of a column that cannot be NULL.
  ///
  /// - Parameters:
  ///   - column: the column's name in the result.
  ///   - type: what to read it as.
  /// - Returns: the value.
  /// - Throws: `PostgresError` of kind `decoding` where there is no such column, it is NULL, or is no such value.
  @inlinable
  public func get<T: PostgresDecodable>(
    _ column: String, as type: T.Type = T.self
  ) throws(PostgresError) -> T {
    guard let text = try text(in: column) else {
      throw null(column, as: "\(T.self)")
    }
    return try read(text, of: column)
  }

  /// The value of a column; nil where it is NULL.
  ///
  /// - Parameters:
  ///   - column: the column's name in the result.
  ///   - type: what to read it as.
  /// - Returns: the value; nil for NULL.
  /// - Throws: `PostgresError` of kind `decoding` where there is no such column or it is no such value.
  @inlinable
  public func get<T: PostgresDecodable>(
    _ column: String, as type: T?.Type = T?.self
  ) throws(PostgresError) -> T? {
    guard let text = try text(in: column) else { return nil }
    return try read(text, of: column)
  }

  @inlinable
  func read<T: PostgresDecodable>(_ text: String, of column: String) throws(PostgresError) -> T {
    do { return try T(postgresText: text) } catch {
      throw unreadable(column, as: "\(T.self)", error)
    }
  }

  @usableFromInline
  func text(in column: String) throws(PostgresError) -> String? {
    guard let index = columns.index[column] else {
      let names = columns.names.joined(separator: ", ")
      throw columns.unreadable("the result has no column \(column), it has: \(names)")
    }
    return values[index]
  }

  @usableFromInline
  func unreadable(_ column: String, as type: String, _ error: any Error) -> PostgresError {
    switch error {
    case let error as UnreadableValue:
      columns.unreadable("column \(column) is not \(error.expected)")
    case let error as ArrayLiteral.Malformed:
      columns.unreadable("column \(column) is no array that can be read: \(error.reason)")
    default: columns.unreadable("column \(column) cannot be read as \(type)")
    }
  }

  @usableFromInline
  func null(_ column: String, as type: String) -> PostgresError {
    columns.unreadable("column \(column) is NULL, and \(type) was wanted")
  }
}
