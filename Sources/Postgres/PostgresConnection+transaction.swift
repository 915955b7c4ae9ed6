extension PostgresConnection {
  /// Runs a closure in a transaction: commits what it did when it returns, and rolls it back when it throws.
  ///
  /// The connection is used for nothing else meanwhile. A task that is cancelled while the closure runs gets an error from
  /// its next statement and so a rollback; once the closure has returned, the commit is not cancelled any more.
  ///
  /// - Parameters:
  ///   - doing: what for, as a gerund.
  ///   - mode: what it sees of other transactions.
  ///   - isolation: where the closure runs: where the caller does.
  ///   - body: what to do in the transaction.
  /// - Returns: what the closure returned.
  /// - Throws: what the closure threw, or `PostgresError` where the transaction could not begin or commit. After
  ///   `connectionLost` in a commit it is unknown whether it happened.
  public func transaction<T>(
    doing: String, mode: TransactionMode = .readCommitted,
    isolation: isolated (any Actor)? = #isolation,
    _ body: (PostgresTransaction) async throws -> T
  ) async throws -> T {
    let transaction = PostgresTransaction(connection: self, id: try await begin(mode, doing: doing))
    let value: T
    do {
      value = try await body(transaction)
    } catch {
      await rollBack(transaction.id)
      throw error
    }
    try await commit(transaction.id, doing: doing)
    return value
  }

  private func begin(_ mode: TransactionMode, doing: String) async throws(PostgresError) -> UInt64 {
    try await takeTurn(in: nil, doing: doing)
    switch await perform(.begin(mode), doing: doing, isCancellable: true) {
    case .success: return openTransaction()
    case .failure(let error):
      await rollBackOrClose()
      endTurn(in: nil)
      throw error
    }
  }

  private func commit(_ id: UInt64, doing: String) async throws(PostgresError) {
    try await takeTurn(in: id, doing: doing, isCancellable: false)
    let outcome = await perform(.query("COMMIT"), doing: doing, isCancellable: false)
    await rollBackOrClose()
    closeTransaction()
    // The server answers the COMMIT of a failed transaction with ROLLBACK and no error.
    guard try outcome.get().first?.commandTag == "COMMIT" else {
      throw PostgresError(
        kind: .server, sqlState: "25P02",
        message: "nothing was committed, since a statement of the transaction had failed",
        hint: "let errors leave the closure", doing: doing)
    }
  }

  private func rollBack(_ id: UInt64) async {
    do {
      try await takeTurn(in: id, doing: "rolling back", isCancellable: false)
    } catch {
      // Only this transaction's own end can have closed it, and it ends once.
      return
    }
    await rollBackOrClose()
    closeTransaction()
  }
}
