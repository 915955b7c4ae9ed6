import Logging
import Postgres

/// Connects to the database for a command that ends, and says within ten seconds where that is not possible.
///
/// - Parameters:
///   - configuration: the database.
///   - patience: how long to try; a connection string with several hosts, or one with a long `connect_timeout` of its own, is cut short.
///   - logger: told what the connection notes.
///   - body: what to do; the connection is closed after it.
/// - Returns: what the body returns.
/// - Throws: `PostgresError` where the database cannot be reached or refuses, or what the body throws.
func withDatabase<Value>(
  _ configuration: PostgresConfiguration, patience: Duration = .seconds(8), logger: Logger,
  _ body: (PostgresConnection) async throws -> Value
) async throws -> Value {
  let connection = try await connect(to: configuration, patience: patience, logger: logger)
  let value: Value
  do {
    value = try await body(connection)
  } catch {
    await connection.close()
    throw error
  }
  await connection.close()
  return value
}

/// The connection, or an error once the time is up: whichever comes first.
private func connect(
  to configuration: PostgresConfiguration, patience: Duration, logger: Logger
) async throws -> PostgresConnection {
  try await withThrowingTaskGroup(of: PostgresConnection?.self) { group in
    group.addTask { try await PostgresConnection.connect(configuration, logger: logger) }
    group.addTask {
      try await Task.sleep(for: patience)
      return nil
    }
    defer { group.cancelAll() }
    if let connection = try await group.next() ?? nil { return connection }
    throw PostgresError(
      kind: .connect, message: "no connection within \(patience.components.seconds) s",
      doing: "connecting to \(configuration)")
  }
}
