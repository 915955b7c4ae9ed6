/// One row of a result.
public struct PostgresRow: Sendable {
  let columns: ResultColumns
  let values: [String?]

  /// The value of a column that cannot be NULL.
  ///
  /// - Parameters:
  ///   - column: the column's name in the result.
  ///   - type: what to read it as.
  /// - Returns: the value.
  /// - Throws: `PostgresError` of kind `decoding` where there is no such column, it is NULL, or is no such value.
  public func get<T: PostgresDecodable>(
    _ column: String, as type: T.Type = T.self
  ) throws(PostgresError) -> T {
    guard let value = try get(column, as: T?.self) else {
      throw columns.unreadable("column \(column) is NULL, and \(T.self) was wanted")
    }
    return value
  }

  /// The value of a column; nil where it is NULL.
  ///
  /// - Parameters:
  ///   - column: the column's name in the result.
  ///   - type: what to read it as.
  /// - Returns: the value; nil for NULL.
  /// - Throws: `PostgresError` of kind `decoding` where there is no such column or it is no such value.
  public func get<T: PostgresDecodable>(
    _ column: String, as type: T?.Type = T?.self
  ) throws(PostgresError) -> T? {
    guard let index = columns.index[column] else {
      let names = columns.names.joined(separator: ", ")
      throw columns.unreadable("the result has no column \(column), it has: \(names)")
    }
    guard let text = values[index] else { return nil }
    do {
      return try T(postgresText: text)
    } catch let error as UnreadableValue {
      throw columns.unreadable("column \(column) is not \(error.expected)")
    } catch let error as ArrayLiteral.Malformed {
      throw columns.unreadable("column \(column) is no array that can be read: \(error.reason)")
    } catch {
      throw columns.unreadable("column \(column) cannot be read as \(T.self)")
    }
  }
}
