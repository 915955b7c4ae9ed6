import TestSupport
import Testing

@testable import Postgres

@Suite struct ErrorTests {
  private func error(
    of statement: SQL, after preparation: String = ""
  ) async throws -> PostgresError {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      try await connection.script(preparation, doing: "preparing")
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query(statement, doing: "trying it")
      }
      await connection.close()
      return try #require(error)
    }
  }

  @Test(.requiresPostgres) func `a violated constraint is named without its values`() async throws {
    let error = try await error(
      of: "insert into people values (\("ann@example.com"))",
      after: """
        create table people (email text constraint one_each primary key);
        insert into people values ('ann@example.com')
        """)
    #expect(error.kind == .server)
    #expect(error.sqlState == "23505")
    #expect(error.constraint == "one_each")
    #expect(error.table == "people")
    #expect(error.schema == "public")
    #expect(error.detail?.contains("ann@example.com") == true)
    #expect(
      error.description
        == "trying it: duplicate key value violates unique constraint \"one_each\" "
        + "(SQLSTATE 23505, table public.people, constraint one_each)")
    #expect(!error.isTransient)
  }

  /// Caught: messages of data exceptions, which quote the value.
  @Test(
    .requiresPostgres,
    arguments: [
      "select \("se\"cret")::int", "select \("secret")::timestamp", "select \("{secret")::int[]",
      "select \("secret99999999999999")::uuid", "select \("{\"a\": secret}")::jsonb",
      "select \("99999999999secret")::numeric",
    ] as [SQL])
  func aValueThatIsNoneOfItsTypeIsNotQuoted(statement: SQL) async throws {
    let error = try await error(of: statement)
    #expect(error.sqlState?.hasPrefix("22") == true)
    #expect(!error.description.contains("cret"))
    #expect(!error.message.contains("cret"))
  }

  /// How servers of other languages (`lc_messages`) quote a value; from the catalogues of Postgres 15.
  @Test(arguments: [
    "ungültig: »secret«", "invalide : « secret »", "no válida: «secret»", "無效：「secret」",
  ])
  func `a value is not quoted in any language`(message: String) {
    #expect(!Redaction.message(message, sqlState: "22P02").contains("secret"))
    #expect(Redaction.message(message, sqlState: "23505").contains("secret"))
  }

  @Test(arguments: ["FATAL", "ВАЖНО", "致命错误"])
  func `what a server says while connecting is understood in any language`(severity: String) {
    let error = PostgresError(
      connectMessage:
        "connection to server at \"db\", port 5432 failed: \(severity):  28P01: no\nLOCATION:  x",
      target: "db")
    #expect(error.kind == .authentication && error.sqlState == "28P01")
    #expect(error.message.hasSuffix("\(severity): no"))
  }

  @Test(.requiresPostgres) func `a syntax error has its position`() async throws {
    let error = try await error(of: "select\nfrom where")
    #expect(error.sqlState == "42601")
    #expect(error.position == 13)
  }

  @Test(arguments: [
    ("40001", true), ("40P01", true), ("55P03", true), ("57P01", true), ("53300", true),
    ("08006", true), ("25006", true), ("58030", true), ("23505", false), ("42P01", false),
    ("22P02", false), ("28P01", false), ("25P02", false),
  ])
  func `what passes by itself is transient`(sqlState: String, expected: Bool) {
    let error = PostgresError(kind: .server, sqlState: sqlState, message: "", doing: "")
    #expect(error.isTransient == expected)
  }

  @Test func `the hint comes last`() {
    let error = PostgresError(
      kind: .tls, message: "certificate verify failed", hint: "set sslrootcert",
      doing: "connecting to audit")
    #expect(error.description == "connecting to audit: certificate verify failed. set sslrootcert")
  }
}
