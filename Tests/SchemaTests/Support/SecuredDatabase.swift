import Postgres
import Schema
import TestSupport

/// A migrated database in a cluster that has Supabase's roles, and two roles of its own that attack it.
struct SecuredDatabase: Sendable {
  /// The database; its owner owns the schema `jira_sync`.
  let database: TestDatabase
  /// A superuser's connection.
  let admin: PostgresConnection
  /// A role that may only write `file_audit`.
  let writer: String
  /// A role that may own `file_audit` and types.
  let tableOwner: String

  /// Gives a test such a database, and drops its roles afterwards.
  static func with(_ body: (SecuredDatabase) async throws -> Void) async throws {
    try await withDatabase(migrated: false) { database in
      let admin = try await database.connectAsSuperuser()
      let secured = SecuredDatabase(
        database: database, admin: admin, writer: "writer_of_\(database.name)",
        tableOwner: "table_owner_of_\(database.name)")
      do {
        try await secured.install()
        try await body(secured)
      } catch {
        try await secured.dropRoles()
        throw error
      }
      try await secured.dropRoles()
      await admin.close()
    }
  }

  /// Connects as a role, with no more rights than it has.
  func connect(as role: String) async throws -> PostgresConnection {
    try await PostgresConnection.connect(database.configuration(as: role))
  }

  /// Runs statements as the superuser.
  func script(_ sql: String) async throws { try await admin.script(sql, doing: "preparing") }

  /// The only value of a superuser's query; the statement names it `value`.
  func value<T: PostgresDecodable>(_ sql: SQL, as: T.Type = T.self) async throws -> T {
    try await admin.query(sql, doing: "looking").one.get("value")
  }

  private func install() async throws {
    for role in ["anon", "authenticated", "service_role"] {
      // Roles belong to the cluster: another test may make one at the same time.
      try await script(
        """
        do $$ begin
          create role \(role) nologin;
        exception when duplicate_object or unique_violation then null;
        end $$
        """)
    }
    try await script(
      """
      create role \(writer) nologin;
      create role \(tableOwner) nologin;
      grant usage on schema public to anon, authenticated, service_role, \(writer);
      """)
    let connection = try await database.connect()
    _ = try await Schema.migrator.apply(on: connection)
    await connection.close()
    try await script(
      """
      grant select, insert, update, delete, truncate on public.file_audit to \(writer);
      grant usage on all sequences in schema public to \(writer);
      """)
  }

  /// The role that owns the schema.
  var owner: String {
    get throws { try database.configuration.user }
  }

  private func dropRoles() async throws {
    for role in [writer, tableOwner] {
      try await script("reset role; drop owned by \(role) cascade; drop role \(role)")
    }
  }
}
