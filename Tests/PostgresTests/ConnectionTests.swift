import Postgres
import TestSupport
import Testing

@Suite(.requiresPostgres) struct ConnectionTests {
  @Test func aStatementReturnsItsRows() async throws {
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
    }
  }
}
