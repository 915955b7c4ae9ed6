import Planning
import Postgres

/// Why a row was not written though the plan says so.
enum RowRefusal: Error, Sendable {
  /// It changed after it had been read; it is planned anew.
  case moved
  /// The database refused the value: a constraint, a lock, a missing privilege.
  case refused(PostgresError)
  /// It refused the values of these fields, and would take the others.
  case partly([String: PostgresError])

  /// Whether a field is not written.
  func covers(_ field: String) -> Bool {
    if case .partly(let fields) = self { return fields[field] != nil }
    return true
  }

  /// What is said of the writes that it covers, by their columns.
  func texts(of writes: [ColumnWrite]) -> [String] {
    func text(_ writes: [ColumnWrite], _ error: PostgresError) -> String {
      let columns = writes.map(\.column).joined(separator: ", ")
      return "\(columns): the row refused the value from JIRA: \(error)"
    }
    switch self {
    case .moved: return []
    case .refused(let error): return [text(writes, error)]
    case .partly(let fields):
      return fields.map { field, error in text(writes.filter { $0.field == field }, error) }
    }
  }
}

extension PostgresError {
  /// Whether the statement failed for what it would have stored: a value (class 22), a constraint (23), or a trigger's own error (P0).
  ///
  /// The classes: appendix A of the Postgres manual.
  var isAboutValues: Bool {
    guard kind == .server, let sqlState else { return false }
    return ["22", "23", "P0"].contains { sqlState.hasPrefix($0) }
  }
}
