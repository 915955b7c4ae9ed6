/// A transaction that is open; for use inside of the closure that it was given to.
public struct PostgresTransaction: Sendable {
  let connection: PostgresConnection
  let id: UInt64

  /// Runs one statement in the transaction.
  ///
  /// - Parameters:
  ///   - sql: the statement with its parameters.
  ///   - doing: what for, as a gerund.
  /// - Returns: what the server answered.
  /// - Throws: `PostgresError`; of kind `misuse` after the closure has ended.
  public func query(_ sql: SQL, doing: String) async throws(PostgresError) -> PostgresResult {
    try PostgresConnection.only(
      try await connection.run(.query(sql), doing: doing, in: id), doing: doing)
  }

  /// Runs several statements in one round trip.
  ///
  /// - Parameters:
  ///   - statements: the statements in their order.
  ///   - doing: what for, as a gerund.
  /// - Returns: an answer for each statement.
  /// - Throws: `PostgresError`, the first one of a statement; the transaction can then only be rolled back.
  public func pipeline(
    _ statements: [SQL], doing: String
  ) async throws(PostgresError) -> [PostgresResult] {
    try await connection.run(.pipeline(statements), doing: doing, in: id)
  }

  /// Runs a text of any number of statements without parameters.
  ///
  /// - Parameters:
  ///   - sql: the text; outside values have no place in it.
  ///   - doing: what for, as a gerund.
  /// - Throws: `PostgresError`; its `position` counts from the beginning of the text.
  public func script(_ sql: String, doing: String) async throws(PostgresError) {
    _ = try await connection.run(.script(sql), doing: doing, in: id)
  }
}

extension PostgresTransaction {
  /// Whether the server still has the transaction open: a script can have ended it.
  var isOpen: Bool { get async { await connection.hasTransactionOpen(id) } }
}
