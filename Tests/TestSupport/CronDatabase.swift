import Postgres
import Schema

/// The one database of the cluster that pg_cron works in: tests that need it take turns.
public enum CronDatabase {
  /// Its name, from the server's settings; nil where the cluster does not run pg_cron.
  public static func name() async throws -> String? {
    let connection = try await TestCluster.connect()
    let name = try await connection.query(
      "select current_setting('cron.database_name', true) as name", doing: "looking for pg_cron"
    ).one.get("name", as: String?.self)
    await connection.close()
    return name
  }

  /// Gives a test the database, empty and without the extension.
  ///
  /// - Parameter body: the test.
  /// - Throws: what the body throws, or what went wrong with the database.
  public static func with(_ body: (TestDatabase) async throws -> Void) async throws {
    guard let name = try await name() else { throw TestCluster.Unavailable() }
    // Its owner is made with the first database of the pool.
    try await withDatabase(migrated: false) { _ in }
    let server = try await TestCluster.connect()
    // Held until the connection is closed: suites of several targets run at once.
    _ = try await server.query(
      "select pg_advisory_lock(7341, 1)", doing: "waiting for other tests with \(name)")
    let found: Bool = try await server.query(
      "select exists (select from pg_database where datname = \(name)) as found",
      doing: "looking for \(name)"
    ).one.get("found")
    if !found {
      _ = try await server.query(
        "create database \(identifier: name) template template0", doing: "making \(name)")
    }
    let database = TestDatabase(
      conninfo: try TestCluster.conninfo(database: name, user: DatabasePool.owner),
      superuserConninfo: try TestCluster.conninfo(database: name), name: name)
    let admin = try await database.connectAsSuperuser()
    try await admin.script(
      """
      drop extension if exists pg_cron cascade;
      drop schema if exists jira_sync cascade;
      drop table if exists public.file_audit;
      grant all on schema public to \(DatabasePool.owner);
      """, doing: "emptying \(name)")
    _ = try await admin.query(
      "alter database \(identifier: name) owner to \(identifier: DatabasePool.owner)",
      doing: "emptying \(name)")
    await admin.close()
    do {
      try await body(database)
    } catch {
      await server.close()
      throw error
    }
    await server.close()
  }
}
