import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct CancellationTests {
  /// Caught: a cancelled task that waits for its statement, and one that abandons the connection half-read.
  @Test func `a cancelled statement ends at the server and the connection goes on`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let watcher = try await database.connectAsSuperuser()
      let task = Task { try await connection.query("select pg_sleep(60)", doing: "sleeping") }
      try await watcher.waitUntilActive("select pg_sleep(60)", in: database.name)
      let start = ContinuousClock.now
      task.cancel()
      let error = await #expect(throws: PostgresError.self) { try await task.value }
      #expect(error?.kind == .cancelled)
      #expect(error?.doing == "sleeping")
      #expect(start.duration(to: .now) < .seconds(30))
      let one: Int = try await connection.query("select 1 as one", doing: "going on").one.get("one")
      #expect(one == 1)
      await connection.close()
      await watcher.close()
    }
  }

  /// Catches a statement that waits for ever for a server that is gone behind a proxy, whose acknowledgements keepalives see.
  @Test func `a statement that takes too long ends and says so`() async throws {
    try await withDatabase(migrated: false) { database in
      var configuration = try database.configuration
      configuration.answerLimit = .seconds(2)
      let connection = try await PostgresConnection.connect(configuration)
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query("select pg_sleep(600)", doing: "sleeping")
      }
      #expect(error?.kind == .server && error?.sqlState == "57014")
      #expect(error?.hint?.contains("took too long for an answer") == true)
      #expect(error?.isTransient == true)
      let one: Int = try await connection.query("select 1 as one", doing: "going on").one.get("one")
      #expect(one == 1)
      await connection.close()
    }
  }

  /// Caught: a caller that is cancelled in the line and still holds up those behind it, or takes their turn.
  @Test func `a caller that waits leaves the line`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let watcher = try await database.connectAsSuperuser()
      try await connection.transaction(doing: "holding the turn") { transaction in
        let waiting = Task { try await connection.query("select 1", doing: "waiting") }
        waiting.cancel()
        let error = await #expect(throws: PostgresError.self) { try await waiting.value }
        #expect(error?.kind == .cancelled)
        _ = try await transaction.query("select 1", doing: "going on")
      }
      _ = try await connection.query("select 1", doing: "going on")
      await connection.close()
      await watcher.close()
    }
  }

  @Test func `a task cancelled beforehand sends nothing`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await connection.script("create table t (id int)", doing: "preparing")
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        _ = try await connection.query("insert into t values (1)", doing: "inserting")
      }
      let error = await #expect(throws: PostgresError.self) { try await task.value }
      #expect(error?.kind == .cancelled)
      let count: Int = try await connection.query(
        "select count(*) as n from t", doing: "counting"
      ).one.get("n")
      #expect(count == 0)
      await connection.close()
    }
  }

  /// Caught: a cancel request that arrives late and kills the statement of the next caller.
  @Test func `a late cancel never hits another caller`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      for _ in 0..<100 {
        let first = Task { try await connection.query("select 1", doing: "racing") }
        let second = Task {
          try await connection.query("select pg_sleep(0.001)", doing: "following")
        }
        first.cancel()
        // Either is right: it was too late for the first, or it was not.
        switch await first.result {
        case .success: break
        case .failure(let error): #expect((error as? PostgresError)?.kind == .cancelled)
        }
        _ = try await second.value
      }
      await connection.close()
    }
  }

  /// Caught: the timeout of the server, which has the same SQLSTATE, taken for our own cancellation.
  @Test func `a timeout of the server is no cancellation`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let error = await #expect(throws: PostgresError.self) {
        try await connection.script(
          "set statement_timeout = 10; select pg_sleep(60)", doing: "waiting too long")
      }
      #expect(error?.kind == .server)
      #expect(error?.sqlState == "57014")
      #expect(error?.isTransient == true)
      await connection.close()
    }
  }
}
