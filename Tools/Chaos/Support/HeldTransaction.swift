import Postgres

/// A transaction that stays open between steps, on a connection that nobody else uses meanwhile.
struct HeldTransaction: Sendable {
  /// Where its statements go.
  let transaction: PostgresTransaction
  private let decision: AsyncStream<Bool>.Continuation
  private let outcome: Task<Void, any Error>

  private struct RolledBack: Error {}

  /// Begins a transaction.
  ///
  /// - Parameter connection: one that is free.
  /// - Returns: the open transaction.
  /// - Throws: `PostgresError` where it cannot begin.
  static func begin(on connection: PostgresConnection) async throws -> HeldTransaction {
    let (begun, beginning) = AsyncStream.makeStream(of: PostgresTransaction.self)
    let (decided, decision) = AsyncStream.makeStream(of: Bool.self)
    let outcome = Task {
      defer { beginning.finish() }
      try await connection.transaction(doing: "a transaction that stays open") { transaction in
        beginning.yield(transaction)
        for await commits in decided where commits { return }
        throw RolledBack()
      }
    }
    for await transaction in begun {
      return HeldTransaction(transaction: transaction, decision: decision, outcome: outcome)
    }
    try await outcome.value
    throw RolledBack()
  }

  /// Commits, and waits until the server has.
  func commit() async throws {
    decision.yield(true)
    try await outcome.value
  }

  /// Rolls back, and waits until the server has.
  func rollBack() async throws {
    decision.finish()
    do { try await outcome.value } catch is RolledBack {}
  }
}
