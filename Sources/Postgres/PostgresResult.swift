/// What a statement answered.
public struct PostgresResult: Sendable {
  /// The names of the columns; empty for a statement that returns no rows.
  public var columns: [String]
  /// The rows, in the server's order.
  public var rows: [PostgresRow]
  /// How many rows the statement returned or changed, by its command tag; 0 where the tag has no count.
  public var affected: Int
  /// The server's name of what it did, such as `INSERT 0 1` or `COMMIT`.
  var commandTag: String
}

extension PostgresResult {
  /// The only row.
  ///
  /// - Throws: `PostgresError` of kind `decoding` where there is none or more than one.
  public var one: PostgresRow {
    get throws(PostgresError) {
      guard rows.count == 1, let row = rows.first else {
        throw PostgresError(
          kind: .decoding, message: "\(rows.count) rows, and one was expected",
          doing: rows.first?.columns.doing ?? "reading a result")
      }
      return row
    }
  }
}
