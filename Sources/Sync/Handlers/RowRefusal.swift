import Postgres

/// Why a row was not written though the plan says so.
enum RowRefusal: Error, Sendable {
  /// It changed after it had been read; it is planned anew.
  case moved
  /// The database refused the value: a constraint, a lock, a missing privilege.
  case refused(PostgresError)
}
