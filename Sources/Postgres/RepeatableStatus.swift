/// What a repeatable migration is to a database.
public struct RepeatableStatus: Sendable, Hashable {
  /// How the file and the database's record compare.
  public enum State: String, Sendable, Hashable {
    /// Applied as the file is now.
    case applied
    /// Applied, and to be applied again: the file is another one, or a versioned migration came since.
    case changed
    /// Never applied.
    case pending
    /// Applied by another program: this one does not know it.
    case unknown
  }

  /// The file's name without `.sql`.
  public var name: String
  /// How the file and the record compare.
  public var state: State
  /// When it was applied, as the server prints it in UTC; nil for a pending one.
  public var appliedAt: String?
}
