extension PostgresConnection {
  /// Runs one statement.
  ///
  /// - Parameters:
  ///   - sql: the statement with its parameters.
  ///   - doing: what for, as a gerund: "claiming jobs". Errors begin with it.
  /// - Returns: what the server answered.
  /// - Throws: `PostgresError`; of kind `cancelled` where the task was cancelled before the statement had ended.
  public func query(_ sql: SQL, doing: String) async throws(PostgresError) -> PostgresResult {
    try Self.only(try await run(.query(sql), doing: doing, in: nil), doing: doing)
  }

  /// Runs several statements in one round trip and, outside of a transaction, as one transaction: an error undoes all of them.
  ///
  /// - Parameters:
  ///   - statements: the statements in their order; none needs an answer of another.
  ///   - doing: what for, as a gerund.
  /// - Returns: an answer for each statement.
  /// - Throws: `PostgresError`, the first one of a statement.
  public func pipeline(
    _ statements: [SQL], doing: String
  ) async throws(PostgresError) -> [PostgresResult] {
    try await run(.pipeline(statements), doing: doing, in: nil)
  }

  /// Runs a text of any number of statements without parameters, in one implicit transaction.
  ///
  /// - Parameters:
  ///   - sql: the text; outside values have no place in it.
  ///   - doing: what for, as a gerund.
  /// - Throws: `PostgresError`; its `position` counts from the beginning of the text.
  public func script(_ sql: String, doing: String) async throws(PostgresError) {
    _ = try await run(.script(sql), doing: doing, in: nil)
  }

  /// Begins to listen; what comes is in `notifications`.
  ///
  /// - Parameter channel: the channel's name as it is, upper case and all.
  /// - Throws: `PostgresError`.
  public func listen(_ channel: String) async throws(PostgresError) {
    _ = try await query("LISTEN \(identifier: channel)", doing: "listening on channel \(channel)")
  }

  static func only(
    _ results: [PostgresResult], doing: String
  ) throws(PostgresError) -> PostgresResult {
    guard let result = results.first else {
      throw PostgresError(kind: .connectionLost, message: "the server gave no answer", doing: doing)
    }
    return result
  }

  /// Waits for its turn, sends and waits for the answer.
  func run(
    _ request: Session.Request, doing: String, in transaction: UInt64?
  ) async throws(PostgresError) -> [PostgresResult] {
    try await takeTurn(in: transaction, doing: doing)
    defer { endTurn(in: transaction) }
    let outcome = await perform(request, doing: doing, isCancellable: true)
    if transaction == nil, session.isInTransaction {
      // The next caller would find itself in a transaction that it did not open.
      await rollBackOrClose()
      if case .success = outcome {
        throw PostgresError(
          kind: .misuse, message: "a transaction was left open, and has been rolled back",
          hint: "use transaction(doing:_:)", doing: doing)
      }
    }
    return try outcome.get()
  }

  /// Sends and waits for the answer; the caller has the turn.
  func perform(
    _ request: Session.Request, doing: String, isCancellable: Bool
  ) async -> Result<[PostgresResult], PostgresError> {
    let ticket = newTicket()
    guard isCancellable else { return await answer(to: request, doing: doing, ticket: ticket) }
    if Task.isCancelled { return .failure(.cancelled(doing: doing)) }
    return await withTaskCancellationHandler {
      await answer(to: request, doing: doing, ticket: ticket)
    } onCancel: {
      cancelSoon(ticket: ticket)
    }
  }

  private func answer(
    to request: Session.Request, doing: String, ticket: UInt64
  ) async -> Result<[PostgresResult], PostgresError> {
    await withCheckedContinuation { continuation in
      session.start(request, doing: doing, ticket: ticket) { continuation.resume(returning: $0) }
    }
  }

  /// Undoes the open transaction; a connection on which even that fails is of no use.
  func rollBackOrClose() async {
    guard session.isInTransaction else { return }
    let outcome = await perform(
      .query("ROLLBACK"), doing: "rolling back", isCancellable: false)
    if case .failure(let error) = outcome { session.end(error, isLoss: true) }
  }
}
