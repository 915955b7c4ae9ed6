import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct ClientTests {
  /// Caught: a client that keeps the dead connection, and one that repeats the lost statement by itself.
  @Test func `it connects again after a loss`() async throws {
    try await withDatabase(migrated: false) { database in
      let client = PostgresClient(try database.configuration)
      let admin = try await database.connectAsSuperuser()
      _ = try await client.query("create table public.t (id int)", doing: "preparing")
      let first = try await client.connection()
      let pid = await first.backendPID
      let lost = Task {
        try await client.query(
          "with row as (insert into public.t values (1)) select pg_sleep(60)", doing: "working")
      }
      try await admin.waitUntil(
        """
        select exists (select from pg_stat_activity
          where pid = \(pid) and state = 'active' and wait_event = 'PgSleep') as met
        """, doing: "waiting for the statement")
      _ = try await admin.query("select pg_terminate_backend(\(pid))", doing: "terminating")
      let error = await #expect(throws: PostgresError.self) { try await lost.value }
      #expect(error?.kind == .connectionLost)
      #expect(error?.doing == "working")
      #expect(error?.isTransient == true)
      let count: Int = try await client.query(
        "select count(*) as n from public.t", doing: "counting"
      )
      .one.get("n")
      #expect(count == 0)
      #expect(try await client.connection() !== first)
      await client.close()
      await admin.close()
    }
  }

  /// Caught: a connection for each caller that comes while the first is being opened.
  @Test func `callers share one attempt`() async throws {
    try await withDatabase(migrated: false) { database in
      let client = PostgresClient(try database.configuration)
      let pids = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<20 {
          group.addTask {
            try await client.query("select pg_backend_pid() as pid", doing: "asking")
              .one.get("pid")
          }
        }
        var pids: Set<Int> = []
        for try await pid in group { pids.insert(pid) }
        return pids
      }
      #expect(pids.count == 1)
      await client.close()
    }
  }

  @Test func `transactions work through it`() async throws {
    try await withDatabase(migrated: false) { database in
      let client = PostgresClient(try database.configuration)
      let one: Int = try await client.transaction(doing: "asking") { transaction in
        try await transaction.query("select 1 as one", doing: "asking").one.get("one")
      }
      #expect(one == 1)
      let results = try await client.pipeline(["select 1", "select 2"], doing: "asking")
      #expect(results.count == 2)
      await client.close()
    }
  }

  @Test func `a closed client stays closed`() async throws {
    try await withDatabase(migrated: false) { database in
      let client = PostgresClient(try database.configuration)
      let connection = try await client.connection()
      await client.close()
      #expect(connection.isClosed)
      let error = await #expect(throws: PostgresError.self) { try await client.connection() }
      #expect(error?.kind == .misuse)
    }
  }
}
