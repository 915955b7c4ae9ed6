import Postgres

extension PostgresConnection {
  /// Asks the server until a condition is met, at most ten minutes or so, so that a failure is no hang; the server does the waiting.
  ///
  /// - Parameters:
  ///   - condition: a statement with one boolean column `met`.
  ///   - doing: for the error.
  /// - Throws: `PostgresError`; of kind `server` where the condition was not met in time.
  public func waitUntil(_ condition: SQL, doing: String) async throws {
    for _ in 0..<120_000 {
      // pg_stat_activity is read once a transaction: each question is one of its own.
      if try await query(condition, doing: doing).one.get("met", as: Bool.self) { return }
      _ = try await query("select pg_sleep(0.005)", doing: doing)
    }
    throw PostgresError(kind: .server, message: "did not happen within ten minutes", doing: doing)
  }

  /// Waits until the server runs a statement.
  ///
  /// - Parameters:
  ///   - text: the statement's text.
  ///   - database: the database it runs in.
  /// - Throws: `PostgresError`.
  public func waitUntilActive(_ text: String, in database: String) async throws {
    try await waitUntil(
      """
      select exists (select from pg_stat_activity
        where datname = \(database) and state = 'active' and query = \(text)) as met
      """, doing: "waiting until a statement runs")
  }
}
