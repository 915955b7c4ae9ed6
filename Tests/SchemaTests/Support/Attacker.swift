import Postgres
import TestSupport

/// A role that tries to run code of its own with the rights of the schema's owner.
///
/// Its function counts on a sequence, which no rollback resets, each time that it runs as another role.
struct Attacker: Sendable {
  /// The role that workers run as.
  static let worker = "jira_sync_worker"

  let secured: SecuredDatabase
  let role: String
  let connection: PostgresConnection

  init(_ secured: SecuredDatabase, role: String) async throws {
    self.secured = secured
    self.role = role
    try await secured.script(
      """
      create sequence if not exists public.loot;
      grant usage on sequence public.loot to public;
      """)
    connection = try await secured.connect(as: role)
  }

  /// How often code of the attacker ran as another role.
  func loot() async throws -> Int {
    try await secured.value(
      "select (case when is_called then last_value else 0 end)::int as value from public.loot")
  }

  /// Runs statements as the attacker, each in a transaction of that level; many of them fail, and that is no matter.
  func attempt(_ statements: [String], in isolation: Isolation) async throws {
    for statement in statements {
      do {
        try await connection.script(
          "begin isolation level \(isolation.rawValue); \(statement); commit", doing: "attacking")
      } catch {
        guard error.kind == .server else { throw error }
        try await connection.script("rollback", doing: "attacking on")
      }
    }
  }

  /// Runs statements that have to succeed, as the attacker.
  func run(_ statements: String) async throws {
    try await connection.script(statements, doing: "preparing an attack")
  }

  /// The function that counts; in a schema that the attacker may write.
  func makeThief(in schema: String, trusting trusted: [String] = []) async throws {
    let harmless = ([role] + trusted).map { "'\($0)'" }.joined(separator: ", ")
    try await run(
      """
      create function \(schema).steal() returns pg_catalog.bool language plpgsql as $$ begin
        if current_user not in (\(harmless)) then perform pg_catalog.nextval('public.loot'); end if;
        return true;
      end $$;
      """)
  }

  /// Temporary objects whose names our functions use without a schema, or could use.
  func shadowNames() async throws {
    try await makeThief(in: "pg_temp")
    let relations = [
      "new_rows", "old_rows", "absent", "new_jobs", "new_events", "jobs", "links", "tables",
      "marks",
      "pg_class", "pg_proc", "pg_attribute", "pg_trigger", "pg_namespace", "pg_roles", "pg_locks",
    ]
    let relationStatements = relations.map {
      "create view pg_temp.\($0) as select pg_temp.steal() as id;"
    }
    try await run(
      """
      create function pg_temp.concat(variadic pg_catalog.text[]) returns pg_catalog.text
        language sql as $$ select pg_temp.steal()::pg_catalog.text $$;
      create function pg_temp.clock_timestamp() returns pg_catalog.timestamptz
        language sql as $$ select pg_temp.steal()::pg_catalog.text::pg_catalog.timestamptz $$;
      create function pg_temp.same(pg_catalog.text, pg_catalog.text) returns pg_catalog.bool
        language sql as $$ select pg_temp.steal() $$;
      create operator pg_temp.= (
        leftarg = pg_catalog.text, rightarg = pg_catalog.text, function = pg_temp.same);
      create operator pg_temp.|| (
        leftarg = pg_catalog.text, rightarg = pg_catalog.text, function = pg_temp.same);
      \(relationStatements.joined(separator: "\n"))
      """)
    // Last: from here on these names mean the attacker's types in this session.
    let types = [
      "text", "xid", "name", "regclass", "regprocedure", "regnamespace", "regrole", "timestamptz",
      "jsonb", "json", "uuid", "int2vector", "int8", "int4", "bool", "float8", "oid", "date",
    ]
    try await run(
      types.map {
        "create domain pg_temp.\($0) as pg_catalog.\($0) check (pg_temp.steal());"
      }.joined(separator: "\n"))
  }
}
