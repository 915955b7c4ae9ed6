import Postgres

extension PostgresError {
  /// Whether the statement failed for what it would have stored: a value (class 22), a constraint (23), or a trigger's own error (P0).
  ///
  /// The classes: appendix A of the Postgres manual.
  var isAboutValues: Bool {
    guard kind == .server, let sqlState else { return false }
    return ["22", "23", "P0"].contains { sqlState.hasPrefix($0) }
  }
}
