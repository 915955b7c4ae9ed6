import FoundationEssentials
import Postgres

/// Whether a role would notice that the database is another one than before, and whether it is.
public struct ServerKnowledge: Sendable, Hashable {
  /// The functions that the role may not call, each with what it tells.
  public var missing: [String]
  /// Whether the server has another history than the one that was checked last.
  public var isOther: Bool

  /// Reads it.
  ///
  /// - Parameter connection: a connection of the role.
  /// - Returns: what is known.
  /// - Throws: `PostgresError`.
  public static func read(on connection: PostgresConnection) async throws -> ServerKnowledge {
    let rights = try ServerIdentity.Rights(
      try await connection.query(
        ServerIdentity.Rights.query, doing: "reading what may be known of the server"
      ).one)
    let current = try ServerIdentity(
      try await connection.query(rights.identity, doing: "reading which server this is").one)
    let text = try await connection.query(
      "select server::text as server from jira_sync.site",
      doing: "reading what is remembered of the server"
    ).rows.first?.get("server", as: String?.self)
    let record = try text.map { try JSONDecoder().decode(ServerRecord.self, from: Data($0.utf8)) }
    var missing: [String] = []
    if !rights.system { missing.append("pg_control_system()") }
    if !rights.timeline { missing.append("pg_current_wal_lsn() and pg_walfile_name(pg_lsn)") }
    return ServerKnowledge(
      missing: missing, isOther: record.map { current.isOtherHistory(than: $0.identity) } ?? false)
  }
}
