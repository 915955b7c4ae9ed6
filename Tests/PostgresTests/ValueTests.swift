import FoundationEssentials
import Postgres
import TestSupport
import Testing

/// Values go to the server and come back as they were.
@Suite(.requiresPostgres) struct ValueTests {
  private func echo<T: PostgresCodable & Equatable>(_ values: [T], as type: String) async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      for value in values {
        let result = try await connection.query(
          "select \(value)::\(unescaped: type) as echo", doing: "echoing")
        #expect(try result.one.get("echo", as: T.self) == value)
      }
      await connection.close()
    }
  }

  typealias PostgresCodable = PostgresEncodable & PostgresDecodable

  @Test func texts() async throws {
    try await echo(["", "NULL", "'", "\\", "\"", "é\u{301}\n\r\t", "日本語", "😀"], as: "text")
  }

  @Test func numbers() async throws {
    try await echo([0, -1, Int.max, Int.min], as: "bigint")
    try await echo([Int32.min, .max], as: "int")
    try await echo(
      [0.1, -1e300, .leastNonzeroMagnitude, .ulpOfOne, .infinity, -.infinity], as: "float8")
    try await echo(
      [Decimal(string: "-1234567890123456789.000000001"), 0].compactMap(\.self), as: "numeric")
  }

  @Test func `the rest`() async throws {
    try await echo([true, false], as: "boolean")
    try await echo([UUID()], as: "uuid")
  }

  /// Caught: literals that are torn apart at commas, quotes or braces, and the text NULL taken for a NULL.
  @Test func arrays() async throws {
    try await echo(
      [
        [], [""], ["a", "b c"], ["NULL", "null"], ["a,b", "{c}", "\"d\"", "\\", "\\\"", " e "],
        ["日本", "line\nbreak", "'"],
      ], as: "text[]")
    try await echo([[], [1, -2, .max]], as: "bigint[]")
    try await echo([[true, false]], as: "boolean[]")
    try await echo([[UUID(), UUID()]], as: "uuid[]")
  }

  @Test func `nulls in arrays reach the server`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let row = try await connection.query(
        """
        select a[1] is null as first, a[2] = 'NULL' as second, array_length(a, 1) as length
        from (select \(([nil, "NULL", nil] as [String?]))::text[] as a) t
        """, doing: "sending NULLs"
      ).one
      #expect(try row.get("first", as: Bool.self))
      #expect(try row.get("second", as: Bool.self))
      #expect(try row.get("length", as: Int.self) == 3)
      let nested = try await connection.query(
        "select (\([["a,\"", "b"], ["c", "d"]])::text[])[1][1] as corner", doing: "nesting"
      ).one
      #expect(try nested.get("corner", as: String.self) == "a,\"")
      await connection.close()
    }
  }

  @Test func `what does not fit is an error that names the column only`() async throws {
    try await withDatabase(migrated: false) { database in
      let connection = try await database.connect()
      let row = try await connection.query(
        "select 'secret' as word, null::text as nothing, array[null, 'x'] as holes",
        doing: "reading"
      ).one
      let wrongType = #expect(throws: PostgresError.self) { try row.get("word", as: Int.self) }
      #expect(wrongType?.description == "reading: column word is not an integer of 64 bits")
      let null = #expect(throws: PostgresError.self) { try row.get("nothing", as: String.self) }
      #expect(null?.kind == .decoding)
      let missing = #expect(throws: PostgresError.self) { try row.get("wird", as: Int?.self) }
      #expect(missing?.message.contains("word, nothing, holes") == true)
      let holes = #expect(throws: PostgresError.self) { try row.get("holes", as: [String].self) }
      #expect(holes?.kind == .decoding)
      await connection.close()
    }
  }

  private enum Kind: String, PostgresEncodable, PostgresDecodable {
    case push
    case pull
  }

  @Test func `an enum is its raw value`() async throws {
    try await echo([Kind.push, .pull], as: "text")
  }
}
