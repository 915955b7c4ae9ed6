import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct TransactionTests {
  private struct Stop: Error {}

  private func withTable(
    _ body: (PostgresConnection, TestDatabase) async throws -> Void
  ) async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await connection.script(
        """
        create table t (id int primary key, parent int,
          constraint known foreign key (parent) references t deferrable initially deferred)
        """, doing: "preparing")
      try await body(connection, database)
      await connection.close()
    }
  }

  private func count(on connection: PostgresConnection) async throws -> Int {
    try await connection.query("select count(*) as n from t", doing: "counting").one.get("n")
  }

  @Test func `what the closure did is committed`() async throws {
    try await withTable { connection, _ in
      let value = try await connection.transaction(doing: "inserting") { transaction in
        _ = try await transaction.query("insert into t values (1)", doing: "inserting")
        _ = try await transaction.pipeline(
          ["insert into t values (2)", "insert into t values (3)"], doing: "inserting")
        return "done"
      }
      #expect(value == "done")
      let left = try await count(on: connection)
      #expect(left == 3)
    }
  }

  /// Caught: a rollback that is forgotten, so that the next caller's COMMIT keeps the work.
  @Test func `a throw rolls back`() async throws {
    try await withTable { connection, _ in
      await #expect(throws: Stop.self) {
        try await connection.transaction(doing: "inserting") { transaction in
          _ = try await transaction.query("insert into t values (1)", doing: "inserting")
          throw Stop()
        }
      }
      let left = try await count(on: connection)
      #expect(left == 0)
    }
  }

  @Test func `a cancelled task rolls back`() async throws {
    try await withTable { connection, database in
      let watcher = try await database.connectAsSuperuser()
      let task = Task {
        try await connection.transaction(doing: "inserting") { transaction in
          _ = try await transaction.query("insert into t values (1)", doing: "inserting")
          _ = try await transaction.query("select pg_sleep(60)", doing: "sleeping")
        }
      }
      try await watcher.waitUntilActive("select pg_sleep(60)", in: database.name)
      task.cancel()
      let error = await #expect(throws: PostgresError.self) { try await task.value }
      #expect(error?.kind == .cancelled)
      let left = try await count(on: connection)
      #expect(left == 0)
      await watcher.close()
    }
  }

  /// Caught: a swallowed error that turns COMMIT into a silent ROLLBACK.
  @Test func `a commit that rolled back is an error`() async throws {
    try await withTable { connection, _ in
      let error = await #expect(throws: PostgresError.self) {
        try await connection.transaction(doing: "hiding an error") { transaction in
          _ = try await transaction.query("insert into t values (1)", doing: "inserting")
          do throws(PostgresError) {
            _ = try await transaction.query("select 1/0", doing: "dividing")
          } catch {
            #expect(error.sqlState == "22012")
          }
        }
      }
      #expect(error?.sqlState == "25P02")
      let left = try await count(on: connection)
      #expect(left == 0)
    }
  }

  @Test func `a commit that fails says why`() async throws {
    try await withTable { connection, _ in
      let error = await #expect(throws: PostgresError.self) {
        try await connection.transaction(doing: "inserting an orphan") { transaction in
          _ = try await transaction.query("insert into t values (1, 99)", doing: "inserting")
        }
      }
      #expect(error?.sqlState == "23503")
      #expect(error?.constraint == "known")
      let left = try await count(on: connection)
      #expect(left == 0)
    }
  }

  /// Caught: a transaction that leaks out of its closure into somebody else's.
  @Test func `it cannot be used afterwards`() async throws {
    try await withTable { connection, _ in
      let leaked = try await connection.transaction(doing: "leaking") { $0 }
      let error = await #expect(throws: PostgresError.self) {
        try await leaked.query("insert into t values (1)", doing: "using it late")
      }
      #expect(error?.kind == .misuse)
      let left = try await count(on: connection)
      #expect(left == 0)
    }
  }

  /// Caught: statements of other callers that slip into an open transaction and are rolled back with it.
  @Test func `others wait until it ends`() async throws {
    try await withTable { connection, _ in
      var other: Task<Void, any Error>?
      await #expect(throws: Stop.self) {
        try await connection.transaction(doing: "failing") { transaction in
          _ = try await transaction.query("insert into t values (1)", doing: "inserting")
          other = Task {
            _ = try await connection.query("insert into t values (2)", doing: "other")
          }
          _ = try await transaction.query("select pg_sleep(0.02)", doing: "giving it time")
          throw Stop()
        }
      }
      try await other?.value
      let left = try await count(on: connection)
      #expect(left == 1)
    }
  }

  @Test func `callers inside wait for each other too`() async throws {
    try await withTable { connection, _ in
      try await connection.transaction(doing: "inserting") { transaction in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for id in 0..<20 {
            group.addTask {
              _ = try await transaction.query("insert into t values (\(id))", doing: "inserting")
            }
          }
          try await group.waitForAll()
        }
      }
      let left = try await count(on: connection)
      #expect(left == 20)
    }
  }
}
