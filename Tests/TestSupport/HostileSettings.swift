import Postgres

/// Settings that make statements mean something else, fail or end, for sessions of a test's database.
public enum HostileSettings {
  /// Names and values.
  ///
  /// None of them is what our connections or functions rely on.
  public static let all: KeyValuePairs<String, String> = [
    "standard_conforming_strings": "off", "backslash_quote": "off", "array_nulls": "off",
    "transform_null_equals": "on", "quote_all_identifiers": "on", "DateStyle": "German, DMY",
    "IntervalStyle": "sql_standard", "TimeZone": "America/St_Johns", "extra_float_digits": "-15",
    "bytea_output": "escape", "search_path": "hostile, pg_catalog, public",
    "default_transaction_isolation": "serializable", "default_transaction_deferrable": "on",
    "row_security": "off", "exit_on_error": "on", "plpgsql.extra_errors": "all",
    "plpgsql.extra_warnings": "all", "client_min_messages": "error", "synchronous_commit": "off",
    "statement_timeout": "10s", "lock_timeout": "9s", "idle_session_timeout": "8s",
    "idle_in_transaction_session_timeout": "7s", "xmloption": "document",
    "check_function_bodies": "off", "escape_string_warning": "on",
  ]

  /// Makes functions and operators that the search path prefers to the server's own, and answer wrong.
  private static let decoys = """
    create schema hostile;
    create function hostile.wrong(text, text) returns boolean language sql as 'select false';
    create function hostile.wrong(integer, integer) returns boolean language sql as 'select false';
    create function hostile.concat(text) returns text language sql as $$ select 'wrong' $$;
    create operator hostile.= (leftarg = text, rightarg = text, function = hostile.wrong);
    create operator hostile.= (leftarg = integer, rightarg = integer, function = hostile.wrong);
    create function hostile.now() returns timestamptz language sql as $$ select timestamptz '2001-01-01 00:00+00' $$;
    create function hostile.clock_timestamp() returns timestamptz language sql as $$ select timestamptz '2001-01-01 00:00+00' $$;
    create function hostile.pg_backend_pid() returns integer language sql as 'select 1';
    create table hostile.jobs (id bigint);
    grant usage on schema hostile to public;
    """

  /// Gives them to new sessions of a database, by ALTER DATABASE and by ALTER ROLE.
  ///
  /// The roles are the owner, jira_sync_worker and the superuser that tests become other roles with. They get them in this
  /// database only: other tests work in others.
  ///
  /// - Parameter database: the database.
  /// - Throws: `PostgresError`.
  public static func impose(on database: TestDatabase) async throws {
    let admin = try await database.connectAsSuperuser()
    try await admin.script(decoys, doing: "making decoys")
    let name = database.name
    let me: String = try await admin.query("select session_user::text as me", doing: "asking").one
      .get("me")
    let worker = try await admin.query(
      "select rolname as name from pg_catalog.pg_roles where rolname = 'jira_sync_worker'",
      doing: "looking for the worker's role"
    ).rows.map { try $0.get("name", as: String.self) }
    for (setting, value) in all {
      let change = "\(setting) = \(Self.value(of: setting, value))"
      var statements = ["alter database \"\(name)\" set \(change)"]
      for role in [DatabasePool.owner, me] + worker {
        statements.append("alter role \"\(role)\" in database \"\(name)\" set \(change)")
      }
      for statement in statements {
        _ = try await admin.query(SQL(unescaped: statement), doing: "changing \(setting)")
      }
    }
    await admin.close()
  }

  /// Sets them in a session, which then is as psql, pg_cron or an application has it.
  public static func impose(
    on connection: PostgresConnection, except left: Set<String> = []
  ) async throws {
    for (setting, value) in all where !left.contains(setting) {
      _ = try await connection.query(
        SQL(unescaped: "set \(setting) = \(Self.value(of: setting, value))"),
        doing: "changing \(setting)")
    }
  }

  private static func value(of setting: String, _ value: String) -> String {
    // A list in quotes would be one name.
    setting == "search_path" ? value : "'\(value)'"
  }
}
