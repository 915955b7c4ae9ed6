import Postgres
import TestSupport
import Testing

/// An application that writes `file_audit`, and what it leaves behind for workers.
struct Application: Sendable {
  let database: TestDatabase
  /// A superuser's connection.
  let admin: PostgresConnection
  /// The application's connection: its role may write `file_audit` and nothing else.
  let connection: PostgresConnection
  let role: String

  /// Gives a test five rows with linked issues, and an empty queue.
  static func with(_ body: (Application) async throws -> Void) async throws {
    try await withDatabase { database in
      let role = "application_of_\(database.name)"
      let admin = try await database.connectAsSuperuser()
      try await admin.script(
        """
        create role \(role) nologin;
        grant usage on schema public to \(role);
        grant select, insert, update, delete, truncate on public.file_audit to \(role);
        grant usage on all sequences in schema public to \(role);
        insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name,
          status, workflows, has_technical_debt)
        select g, 'src/' || g, g, 1, 'one', 'ACTIVE', '{}', true from generate_series(1, 5) as g;
        insert into jira_sync.links (row_id, label, issue_id, issue_key, state)
        select f.id, f.file_path, f.id, 'X-' || f.id, 'linked' from public.file_audit as f;
        truncate jira_sync.jobs;
        """, doing: "preparing")
      let application = Application(
        database: database, admin: admin,
        connection: try await PostgresConnection.connect(database.configuration(as: role)),
        role: role)
      do {
        try await body(application)
      } catch {
        try await application.end()
        throw error
      }
      try await application.end()
    }
  }

  /// Runs a statement of the application, which has to succeed; returns how long it took.
  @discardableResult
  func run(_ statement: String) async throws -> Duration {
    try await ContinuousClock().measure {
      try await connection.script(statement, doing: "writing as an application")
    }
  }

  /// Runs statements as a superuser.
  func disturb(_ statements: String) async throws {
    try await admin.script(statements, doing: "disturbing")
  }

  /// The only value of a superuser's query; the statement names it `value`.
  func value<T: PostgresDecodable>(_ sql: SQL, as: T.Type = T.self) async throws -> T {
    try await admin.query(sql, doing: "looking").one.get("value")
  }

  /// Reconciles all marks, as a worker does; returns the rows that jobs wait for.
  func found() async throws -> Set<String> {
    try await reconcile()
    let rows: [String] = try await value(
      """
      select coalesce(array_agg(distinct row_id), '{}') as value from jira_sync.jobs
      where row_id is not null
      """)
    return Set(rows)
  }

  /// Turns all marks into jobs.
  func reconcile() async throws {
    for _ in 0..<100 {
      let isLeft: Bool = try await value("select jira_sync.reconcile_marks() as value")
      if !isLeft { return }
    }
    Issue.record("marks are left after a hundred calls of reconcile_marks()")
  }

  /// What `inspect()` finds, a line for each problem.
  func problems() async throws -> [String] {
    try await admin.query("select * from jira_sync.inspect()", doing: "inspecting").rows.map {
      "\(try $0.get("subject", as: String.self)): \(try $0.get("problem", as: String.self))"
    }
  }

  private func end() async throws {
    await connection.close()
    try await disturb("reset role; drop owned by \(role) cascade; drop role \(role)")
    await admin.close()
  }
}

/// The isolation levels of Postgres, as BEGIN takes them.
enum Isolation: String, CaseIterable, Sendable {
  case readCommitted = "read committed"
  case repeatableRead = "repeatable read"
  case serializable
}
