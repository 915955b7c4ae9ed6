/// What a transaction sees of others.
public enum TransactionMode: Sendable {
  /// Each statement sees what was committed before it.
  case readCommitted
  /// All statements see the tables as they were at the first one, and nothing is written.
  case snapshot

  /// Begins a transaction.
  ///
  /// The level is named, since a default of the session would decide otherwise.
  var begin: SQL {
    switch self {
    case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
    case .snapshot: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    }
  }
}
