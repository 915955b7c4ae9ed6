import Postgres

/// Which server and which history of it the database is on: what changes when a database may have lost commits.
struct ServerIdentity: Sendable, Hashable, Codable {
  /// The cluster, from `initdb`; nil where this role may not read it.
  var system: String?
  /// The timeline, which a promotion and a recovery to a point in time change; nil where this role may not read it.
  var timeline: String?
  /// The database's oid, which a restore into a new database changes.
  var database: String
  /// When the server started.
  var startedAt: String

  /// Whether the history itself is another one, and not only the server was started again.
  func isOtherHistory(than other: ServerIdentity) -> Bool {
    func differ(_ one: String?, _ two: String?) -> Bool { one != nil && two != nil && one != two }
    return differ(system, other.system) || differ(timeline, other.timeline)
      || database != other.database
  }

  /// What a role may read of it.
  struct Rights: Sendable, Hashable {
    var system: Bool
    var timeline: Bool

    /// The query, with the columns `system` and `timeline`.
    static let query: SQL = """
      select has_function_privilege('pg_catalog.pg_control_system()', 'execute') as system,
        has_function_privilege('pg_catalog.pg_current_wal_lsn()', 'execute')
          and has_function_privilege('pg_catalog.pg_walfile_name(pg_lsn)', 'execute') as timeline
      """

    init(_ row: PostgresRow) throws(PostgresError) {
      system = try row.get("system")
      timeline = try row.get("timeline")
    }

    /// Reads the identity; a function that may not be called is not named, since naming it is an error already.
    var identity: SQL {
      let system: SQL =
        system
        ? "(select c.system_identifier::text from pg_catalog.pg_control_system() as c)"
        : "null::text"
      // pg_control_checkpoint() may still name the former timeline for a while after a promotion.
      let timeline: SQL = timeline ? "left(pg_walfile_name(pg_current_wal_lsn()), 8)" : "null::text"
      return """
        select \(system) as system, \(timeline) as timeline,
          (select d.oid::text from pg_catalog.pg_database as d where d.datname = current_database()) as database,
          extract(epoch from pg_postmaster_start_time())::text as started_at
        """
    }
  }

  init(system: String?, timeline: String?, database: String, startedAt: String) {
    self.system = system
    self.timeline = timeline
    self.database = database
    self.startedAt = startedAt
  }

  /// Reads it.
  static func read(_ transaction: PostgresTransaction) async throws -> ServerIdentity {
    let rights = try Rights(
      try await transaction.query(
        Rights.query, doing: "reading what may be known of the server"
      ).one)
    return try ServerIdentity(
      try await transaction.query(rights.identity, doing: "reading which server this is").one)
  }

  init(_ row: PostgresRow) throws(PostgresError) {
    system = try row.get("system", as: String?.self)
    timeline = try row.get("timeline", as: String?.self)
    database = try row.get("database")
    startedAt = try row.get("started_at")
  }
}
