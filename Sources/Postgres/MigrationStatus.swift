/// What a migration is to a database.
public struct MigrationStatus: Sendable, Hashable {
  /// How the file and the database's record compare.
  public enum State: String, Sendable, Hashable {
    /// Applied as the file is now.
    case applied
    /// Not applied yet.
    case pending
    /// Applied, and the file has been changed since.
    case edited
    /// Applied by a newer program: this one does not know it.
    case unknown
  }

  /// 14 digits.
  public var version: String
  /// The rest of the file's name.
  public var name: String
  /// How the file and the record compare.
  public var state: State
  /// When it was applied, as the server prints it in UTC; nil for a pending one.
  public var appliedAt: String?
}

/// How the program's files and a database compare.
public struct SchemaStatus: Sendable, Hashable {
  /// Every version that either side knows, oldest first.
  public var migrations: [MigrationStatus]
  /// Every repeatable file that either side knows, in the order of names.
  public var functions: [RepeatableStatus]
}
