import Foundation
import JSON
import Postgres
import TestSupport

@testable import JiraSandbox
@testable import JiraSyncCLI

/// A database with rows from before, a JIRA, and the program: what a person has at hand.
struct CommandWorld: Sendable {
  let database: TestDatabase
  let sandbox: SandboxServer
  let connection: PostgresConnection

  /// Gives a test a world.
  ///
  /// - Parameters:
  ///   - rows: how many rows with debt there are.
  ///   - ticketed: how many of these name tickets already.
  ///   - body: the test.
  /// - Throws: what the body throws, or what went wrong with the world.
  static func with(
    rows: Int = 0, ticketed: Int = 0, _ body: (CommandWorld) async throws -> Void
  ) async throws {
    try await withDatabase { database in
      let sandbox = try await SandboxServer.start(SandboxOptions())
      let connection = try await database.connect()
      let world = CommandWorld(database: database, sandbox: sandbox, connection: connection)
      try await world.addRows(rows, ticketed: ticketed)
      let result = await Result(catching: { try await body(world) })
      await connection.close()
      try await sandbox.stop()
      try result.get()
    }
  }

  /// Gives a test a world that has what the documentation speaks of.
  ///
  /// There are rows 0042, 0107 and 2002, and a job 42 that is to run tomorrow. The next conflict will be 17.
  static func withDocumentedRows(_ body: (CommandWorld) async throws -> Void) async throws {
    try await with { world in
      try await world.connection.script(
        """
        insert into public.file_audit (id, file_number, file_path, file_name, layer_number, layer_name,
          status, workflows, has_technical_debt, technical_debt) overriding system value
        select n::bigint, n, 'src/file' || n || '.py', 'file' || n || '.py', 3, 'Routers', 'NOVEL', '{WF1,WF2}', true, 'debt'
        from unnest(array['0042', '0107', '2002']) as n;
        insert into jira_sync.jobs (id, kind, run_at) overriding system value
        values (42, 'noop', now() + interval '1 day');
        select setval(pg_get_serial_sequence('jira_sync.conflicts', 'id'), 16),
          setval(pg_get_serial_sequence('jira_sync.jobs', 'id'), 1000);
        """, doing: "making what the documentation speaks of")
      try await body(world)
    }
  }

  /// Rows as they are before the triggers are there: nothing is enqueued for them.
  private func addRows(_ count: Int, ticketed: Int) async throws {
    _ = try await connection.query(
      """
      insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name,
        status, workflows, has_technical_debt, technical_debt, jira_tickets)
      select lpad(n::text, 4, '0'), 'src/file' || n || '.py', 'file' || n || '.py', 3, 'Routers',
        'NOVEL', '{WF1,WF2}', true, 'debt of file ' || n,
        case when n <= \(ticketed)::int then array['OLD-' || n] end
      from generate_series(1, \(count)::int) as n
      """, doing: "inserting rows")
    _ = try await connection.query("delete from jira_sync.jobs", doing: "forgetting their jobs")
  }

  /// The settings of a program that works on this world.
  var environment: [String: String] {
    [
      "DATABASE_URL": database.conninfo, "JIRA_BASE_URL": sandbox.baseURL,
      "JIRA_EMAIL": "sandbox@example.com", "JIRA_API_TOKEN": "sandbox", "JIRA_PROJECT": "SCRSKY",
    ]
  }

  /// Runs the program to its end, in a folder of its own.
  func run(_ arguments: String...) async throws -> Program.Outcome {
    try await run(arguments)
  }

  /// Runs the program to its end, in a folder of its own.
  func run(_ arguments: [String]) async throws -> Program.Outcome {
    var outcome: Program.Outcome?
    try await Program.withFolder { program in
      outcome = try await program.run(arguments, environment: environment)
    }
    guard let outcome else { throw CancellationError() }
    return outcome
  }

  /// What a command with `--json` wrote.
  func json(_ arguments: String...) async throws -> JSON {
    try JSON(parsing: try await run(arguments + ["--json"]).output)
  }

  /// The only value of the only row; the statement names it `value`.
  func value<T: PostgresDecodable>(_ sql: SQL, as: T.Type = T.self) async throws -> T {
    try await connection.query(sql, doing: "a test's question").one.get("value")
  }

  /// Runs a statement.
  func execute(_ sql: SQL) async throws {
    _ = try await connection.query(sql, doing: "a test's statement")
  }

  /// How many issues there are in JIRA.
  var issues: Int { sandbox.sandbox.store.read { $0.issues.count } }
}

extension Result where Failure == any Error {
  fileprivate init(catching body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}

extension JSON {
  /// The names of an object's members.
  var keys: Set<String> { Set((object ?? [:]).keys) }
}
