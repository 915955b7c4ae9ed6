import Postgres
import TestSupport

/// The queue of a test's database, seen by a person in psql.
struct Queue: Sendable {
  let database: TestDatabase
  let connection: PostgresConnection

  /// Gives a test a queue of its own.
  static func with<T: Sendable>(_ body: (Queue) async throws -> T) async throws -> T {
    try await withDatabase { database in
      try await body(Queue(database: database, connection: try await database.connect()))
    }
  }

  /// One job left or running.
  struct Entry: Sendable, Hashable {
    let id: Int64
    let kind: String
    let state: String
    let attempt: Int
    let crashes: Int
    let lastError: String?
    let isDue: Bool
  }

  /// One attempt that is over.
  struct Attempt: Sendable, Hashable {
    let id: Int64
    let outcome: String
    let attempt: Int
    let error: String?
    let merged: [Int64]
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

  /// Rows of `file_audit` with these ids and no debt, so that no trigger enqueues anything.
  func addRows(_ ids: ClosedRange<Int>) async throws {
    try await run(
      """
      insert into public.file_audit (
        id, file_number, file_path, file_name, layer_number, layer_name, status, workflows)
      select g, lpad(g::text, 4, '0'), 'src/' || g, g::text, 1, 'one', 'ACTIVE', '{}'
      from generate_series(\(ids.lowerBound)::int, \(ids.upperBound)::int) as g
      """)
  }

  /// Enqueues a job for a row by plain SQL.
  @discardableResult
  func push(_ row: Int, kind: String = "push", priority: Int = 0) async throws -> Int64 {
    try await value(
      """
      insert into jira_sync.jobs (kind, row_id, priority)
      values (\(kind), \(row), \(priority)) returning id as value
      """)
  }

  /// Enqueues a job that does nothing, with a key of its own or with none.
  @discardableResult
  func noop(key: String? = nil, priority: Int = 0) async throws -> Int64 {
    let arguments: SQL = if let key { "jsonb_build_object('key', \(key)::text)" } else { "'{}'" }
    return try await value(
      """
      insert into jira_sync.jobs (kind, priority, args) values ('noop', \(priority), \(arguments))
      returning id as value
      """)
  }

  func entries() async throws -> [Entry] {
    try await run(
      """
      select id, kind, state, attempt, crashes, last_error, run_at <= now() as due
      from jira_sync.jobs order by id
      """
    ).rows.map { row in
      Entry(
        id: try row.get("id"), kind: try row.get("kind"), state: try row.get("state"),
        attempt: try row.get("attempt"), crashes: try row.get("crashes"),
        lastError: try row.get("last_error", as: String?.self), isDue: try row.get("due"))
    }
  }

  func states() async throws -> [String] { try await entries().map(\.state) }

  func history() async throws -> [Attempt] {
    try await run("select * from jira_sync.job_history order by finished_at, id").rows.map { row in
      Attempt(
        id: try row.get("id"), outcome: try row.get("outcome"), attempt: try row.get("attempt"),
        error: try row.get("error", as: String?.self), merged: try row.get("merged"))
    }
  }

  /// Replaces a piece of a function's text: how the broken variants are made that a test has to catch.
  ///
  /// - Throws: `NotFound` where the function does not have the piece so many times.
  func breakFunction(
    _ signature: String, replacing piece: String, with other: String, times: Int = 1
  ) async throws {
    let text: String = try await value(
      "select pg_get_functiondef(\(signature)::regprocedure) as value")
    let parts = text.split(separator: piece, omittingEmptySubsequences: false)
    guard parts.count == times + 1 else { throw NotFound(piece: piece, in: signature) }
    try await script(parts.joined(separator: other))
  }

  struct NotFound: Error {
    let piece: String
    let `in`: String
  }
}
