import Postgres
import TestSupport
import Testing

/// Prepared statements on real connections, with and without a pooler between.
@Suite(.requiresPostgres) struct PreparedConnectionTests {
  /// Twice a number, by a statement that wants to be kept.
  private func twice(_ number: Int) -> SQL {
    let statement: SQL = "select 2 * \(number)::int as twice"
    return statement.prepared()
  }

  private func kept(_ connection: PostgresConnection) async throws -> Int {
    try await connection.query(
      "select count(*)::int as n from pg_prepared_statements", doing: "counting statements"
    ).one.get("n")
  }

  private func check(_ connection: PostgresConnection, _ numbers: ClosedRange<Int>) async throws {
    for number in numbers {
      let result = try await connection.query(twice(number), doing: "doubling")
      #expect(result.columns == ["twice"])
      #expect(try result.one.get("twice") == 2 * number)
    }
  }

  /// Caught: answers of PREPARE or of the question which process it is that are taken for the statement's.
  @Test func `the server keeps what is sent again and again`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await check(connection, 1...4)
      #expect(try await kept(connection) == 1)
      _ = try await connection.query("select 1", doing: "asking once")
      #expect(try await kept(connection) == 1)
      await connection.close()
    }
  }

  @Test func `also inside of a transaction`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      for _ in 0..<3 {
        try await connection.transaction(doing: "trying") { transaction in
          let result = try await transaction.query(twice(4), doing: "doubling")
          #expect(try result.one.get("twice") == 8)
        }
      }
      #expect(try await kept(connection) == 1)
      await connection.close()
    }
  }

  /// Caught: a statement that was prepared, failed, and is prepared once more under the same name.
  @Test func `one that fails is prepared all the same`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      func reciprocal(_ number: Int) -> SQL {
        let statement: SQL = "select 12 / \(number)::int as part"
        return statement.prepared()
      }
      try await check(connection, 1...1)
      for number in [0, 0, 4] {
        do {
          let result = try await connection.query(reciprocal(number), doing: "dividing")
          #expect(try result.one.get("part") == 12 / number)
        } catch let error as PostgresError {
          #expect(number == 0 && error.sqlState == "22012")
        }
      }
      #expect(try await kept(connection) == 2)
      await connection.close()
    }
  }

  /// Caught: a name that the server has forgotten, with which all statements fail from then on.
  @Test func `what the server forgot is sent without a name`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await check(connection, 1...3)
      try await connection.script("deallocate all", doing: "forgetting")
      try await check(connection, 4...6)
      #expect(try await kept(connection) == 0)
      await connection.close()
    }
  }

  /// In a transaction the error has undone everything already, so whoever began it has to do it again.
  @Test func `inside of a transaction it passes the next time`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await check(connection, 1...2)
      try await connection.script("deallocate all", doing: "forgetting")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.transaction(doing: "trying") { transaction in
          _ = try await transaction.query(twice(4), doing: "doubling")
        }
      }
      #expect(error?.isTransient == true)
      try await connection.transaction(doing: "trying") { transaction in
        let result = try await transaction.query(twice(4), doing: "doubling")
        #expect(try result.one.get("twice") == 8)
      }
      await connection.close()
    }
  }

  @Test func `columns may change meanwhile`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await connection.script(
        "create table t (a int); insert into t values (1)", doing: "making a table")
      let all = ("select * from t" as SQL).prepared()
      for _ in 0..<3 {
        #expect(try await connection.query(all, doing: "reading").columns == ["a"])
      }
      try await connection.script("alter table t add column b int", doing: "adding a column")
      #expect(try await connection.query(all, doing: "reading").columns == ["a", "b"])
      await connection.close()
    }
  }

  /// Caught: statements that are prepared at one server and run at the next, or left behind for strangers.
  @Test(.enabled("needs pgbouncer; scripts/test installs it") { bouncerIsAvailable })
  func `behind a pooler nothing is prepared`() async throws {
    try await withDatabase(migrated: false) { database in
      try await withBouncer(before: database, servers: 3) { uri in
        let configuration = try PostgresConfiguration(
          conninfo: uri, connectTimeout: .seconds(60))
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<6 {
            group.addTask {
              let connection = try await PostgresConnection.connect(configuration)
              try await check(connection, 1...20)
              #expect(try await kept(connection) == 0)
              await connection.close()
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }
}
