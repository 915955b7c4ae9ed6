import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct ConnectionTests {
  @Test func `a statement returns its rows`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let result = try await connection.query(
        "select n, n * 2 as twice, null::int as nothing from generate_series(1, \(3)) n",
        doing: "counting")
      #expect(result.columns == ["n", "twice", "nothing"])
      #expect(try result.rows.map { try $0.get("twice", as: Int.self) } == [2, 4, 6])
      #expect(try result.rows[0].get("nothing", as: Int?.self) == nil)
      #expect(result.affected == 3)
      #expect(await connection.backendPID > 0)
      #expect(await connection.serverVersion >= 140_000)
      await connection.close()
      #expect(connection.isClosed)
    }
  }

  /// Caught: callers whose answers are mixed up, and libpq's "another command is already in progress".
  @Test func `two hundred callers share one connection`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let answers = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
        for number in 0..<200 {
          group.addTask {
            let answer: Int = try await connection.query(
              "select \(number)::int as echo", doing: "echoing"
            ).one.get("echo")
            return (number, answer)
          }
        }
        var answers: [(Int, Int)] = []
        for try await answer in group { answers.append(answer) }
        return answers
      }
      #expect(answers.count == 200)
      #expect(answers.allSatisfy { $0.0 == $0.1 })
      await connection.close()
    }
  }

  /// Caught: a write that waits for the socket without reading: both sides would wait for each other.
  @Test func `many megabytes go both ways`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let large = String(repeating: "0123456789abcdef", count: 65_536)
      let results = try await connection.pipeline(
        (0..<16).map { _ in "select \(large)::text as echo" }, doing: "echoing a lot")
      #expect(results.count == 16)
      for result in results { #expect(try result.one.get("echo", as: String.self) == large) }
      await connection.close()
    }
  }

  @Test func `a pipeline answers each statement`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let results = try await connection.pipeline(
        [
          "create table t (id int)", "insert into t select generate_series(1, \(5))",
          "select count(*)::int as n from t", "select 1 where false",
        ], doing: "trying a pipeline")
      #expect(results.map(\.affected) == [0, 5, 1, 0])
      #expect(try results[2].one.get("n", as: Int.self) == 5)
      #expect(try await connection.pipeline([], doing: "nothing").isEmpty)
      await connection.close()
    }
  }

  /// Caught: a sync for each statement (the first insert would stay), and a connection left in pipeline mode.
  @Test func `an error in a pipeline undoes all of it`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await connection.script("create table t (id int primary key)", doing: "preparing")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.pipeline(
          ["insert into t values (1)", "insert into t values (1)", "insert into t values (2)"],
          doing: "inserting twice")
      }
      #expect(error?.sqlState == "23505")
      #expect(error?.doing == "inserting twice")
      let left: Int = try await connection.query(
        "select count(*) as n from t", doing: "counting"
      ).one.get("n")
      #expect(left == 0)
      await connection.close()
    }
  }

  /// Caught: a statement sent with half a value, since C strings end at the first zero.
  @Test func `a value with a zero is refused`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query("select \("secret\u{0}value")::text", doing: "echoing")
      }
      #expect(error?.kind == .misuse)
      #expect(error?.description.contains("secret") == false)
      _ = try await connection.query("select 1", doing: "going on")
      await connection.close()
    }
  }

  /// Caught: a transaction left open by one caller that swallows the work of the next.
  @Test func `a stray begin does not reach the next caller`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query("begin", doing: "beginning by hand")
      }
      #expect(error?.kind == .misuse)
      let serverError = await #expect(throws: PostgresError.self) {
        try await connection.script("begin; select 1/0", doing: "failing half-way")
      }
      #expect(serverError?.sqlState == "22012")
      _ = try await connection.query("select 1", doing: "going on")
      await connection.close()
    }
  }

  @Test func `copy ends the connection instead of hanging`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query("copy (select 1) to stdout", doing: "copying")
      }
      #expect(error?.kind == .misuse)
      #expect(connection.isClosed)
    }
  }

  @Test func `a closed connection says so`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      await connection.close()
      await connection.close()
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query("select 1", doing: "asking too late")
      }
      #expect(error?.kind == .connectionLost)
      var count = 0
      for try await _ in connection.notifications { count += 1 }
      #expect(count == 0)
    }
  }

  /// Caught: a statement under way that waits for ever when the connection is closed.
  @Test func `closing ends what runs and what waits`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let watcher = try await database.connectAsSuperuser()
      let calls = (0..<3).map { _ in
        Task { try await connection.query("select pg_sleep(60)", doing: "sleeping") }
      }
      try await watcher.waitUntilActive("select pg_sleep(60)", in: database.name)
      await connection.close()
      for call in calls {
        let error = await #expect(throws: PostgresError.self) { try await call.value }
        #expect(error?.kind == .connectionLost)
      }
      await watcher.close()
    }
  }

  /// Caught: a descriptor or a server process that outlives its connection.
  @Test func `a forgotten connection ends at the server`() async throws {
    try await withDatabase(migrated: false) { database in
      let watcher = try await database.connectAsSuperuser()
      var connection: PostgresConnection? = try await database.connect()
      let pid = try #require(await connection?.backendPID)
      connection = nil
      try await watcher.waitUntil(
        "select not exists (select from pg_stat_activity where pid = \(pid)) as met",
        doing: "waiting for the process to end")
      await watcher.close()
    }
  }
}
