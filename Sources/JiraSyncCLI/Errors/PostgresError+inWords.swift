import Postgres

extension PostgresError {
  /// What the database said, where that is a sentence of ours: without SQLSTATE, table and constraint.
  var inWords: String { hint.map { "\(message). \($0)" } ?? message }
}
