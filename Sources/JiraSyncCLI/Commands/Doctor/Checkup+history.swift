import Postgres
import SyncEngine

extension Checkup {
  /// Whether a database that lost commits, by a promotion or a restore, would be noticed.
  mutating func checkHistory(_ connection: PostgresConnection) async throws {
    let known = try await ServerKnowledge.read(on: connection)
    guard known.missing.isEmpty else {
      warning(
        "server history",
        "this role may not call \(known.missing.joined(separator: ", nor ")), so that some promotions and restores go unnoticed",
        remedy:
          "As a superuser: grant execute on function pg_control_system(), pg_current_wal_lsn(), "
          + "pg_walfile_name(pg_lsn) to the worker's role; and restart the workers after each failover"
      )
      return
    }
    guard !known.isOther else {
      warning(
        "server history",
        "the database is on another server or timeline than before, and may have lost commits",
        remedy:
          "Start a worker: before it makes an issue, it searches JIRA for those that the database has forgotten"
      )
      return
    }
    ok("server history", "a promotion or a restore would be noticed")
  }
}
