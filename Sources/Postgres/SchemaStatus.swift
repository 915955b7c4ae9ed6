/// How the program's files and a database compare.
public struct SchemaStatus: Sendable, Hashable {
  /// Every version that either side knows, oldest first.
  public var migrations: [MigrationStatus]
  /// Every repeatable file that either side knows, in the order of names.
  public var functions: [RepeatableStatus]
}
