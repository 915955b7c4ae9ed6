import Postgres

/// Gives a test a database of its own, and drops it afterwards, whoever is still connected.
///
/// - Parameters:
///   - migrated: whether the schema is there already; else the database is empty.
///   - isolation: where the body runs: where the caller does.
///   - body: the test.
/// - Returns: what the body returns.
/// - Throws: what the body throws, or what went wrong with the database.
public func withDatabase<T>(
  migrated: Bool = true, isolation: isolated (any Actor)? = #isolation,
  _ body: (TestDatabase) async throws -> T
) async throws -> T {
  let database = try await DatabasePool.shared.create(migrated: migrated)
  let value: T
  do {
    value = try await body(database)
  } catch {
    try await DatabasePool.shared.drop(database)
    throw error
  }
  try await DatabasePool.shared.drop(database)
  return value
}
