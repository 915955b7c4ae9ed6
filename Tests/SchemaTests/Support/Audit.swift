import Postgres
import TestSupport

/// `file_audit` and its jobs in a test's database, as an application sees the one and a person the other.
struct Audit: Sendable {
  let database: TestDatabase
  let connection: PostgresConnection

  /// Gives a test a database of its own.
  static func with<T: Sendable>(_ body: (Audit) async throws -> T) async throws -> T {
    try await withDatabase { database in
      try await body(Audit(database: database, connection: try await database.connect()))
    }
  }

  /// One job that a trigger made.
  struct Job: Sendable, Hashable {
    let kind: String
    let row: Int64?
    let priority: Int
  }

  @discardableResult
  func run(_ sql: SQL) async throws -> PostgresResult {
    try await connection.query(sql, doing: "a test's statement")
  }

  func script(_ sql: String) async throws {
    try await connection.script(sql, doing: "a test's statements")
  }

  /// The only value of the only row; the statement names it `value`.
  func value<T: PostgresDecodable>(_ sql: SQL, as: T.Type = T.self) async throws -> T {
    try await run(sql).one.get("value")
  }

  /// The statement that adds rows with these ids.
  static func adding(_ ids: ClosedRange<Int>, debt: Bool) -> SQL {
    """
    insert into public.file_audit (
      id, file_number, file_path, file_name, layer_number, layer_name, status, workflows,
      has_technical_debt, technical_debt)
    select g, to_hex(g), 'src/' || g, g::text, 1, 'one', 'ACTIVE', '{a,b}', \(debt),
      case when \(debt) then 'old' end
    from generate_series(\(ids.lowerBound)::int, \(ids.upperBound)::int) as g
    """
  }

  /// Adds rows, and leaves the queue empty.
  func add(_ ids: ClosedRange<Int>, debt: Bool) async throws {
    try await run(Self.adding(ids, debt: debt))
    try await run("truncate jira_sync.jobs")
  }

  /// Links a row to an issue, with its present values as the base.
  func link(_ row: Int) async throws {
    try await run(
      """
      insert into jira_sync.links (table_name, row_id, label, issue_id, issue_key, state, base_raw)
      select 'file_audit', f.id, f.file_path, f.id::text, 'X-' || f.id, 'linked', to_jsonb(f)
      from public.file_audit as f where f.id = \(row)
      """)
  }

  func jobs() async throws -> [Job] {
    try await run("select kind, row_id, priority from jira_sync.jobs order by id").rows.map {
      row in
      Job(
        kind: try row.get("kind"), row: try row.get("row_id", as: Int64?.self),
        priority: try row.get("priority"))
    }
  }

  /// The rows that jobs wait for.
  func enqueued() async throws -> [Int64] { try await jobs().compactMap(\.row).sorted() }

  /// Claims and completes everything that can be, as a worker; answers for which rows.
  func work() async throws -> [Int64] {
    try await connection.transaction(doing: "working") { transaction in
      let worker = "00000000-0000-0000-0000-000000000001"
      let statements: [SQL] = [
        "select jira_sync.register(\(worker)::uuid, 'test', '{push,pull,sync}', 1, 8)",
        """
        select c.row_id, jira_sync.settle(
          \(worker)::uuid, array[c.id], array[c.token], '{done}', '{null}', '{0}', '{true}')
        from jira_sync.claim(\(worker)::uuid, '{push,pull,sync}', 1000, true) as c
        """,
      ]
      return try await transaction.pipeline(statements, doing: "working")[1].rows.map { row in
        try row.get("row_id")
      }.sorted()
    }
  }
}
