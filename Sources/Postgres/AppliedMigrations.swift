/// What one run of the migrator applied, in its order.
public struct AppliedMigrations: Sendable, Hashable {
  /// The versioned files.
  public var migrations: [Migration] = []
  /// The repeatable files, which come after the versioned ones.
  public var functions: [RepeatableMigration] = []

  /// Nothing yet.
  public init() {}

  /// Whether there was nothing to do.
  public var isEmpty: Bool { migrations.isEmpty && functions.isEmpty }

  /// The names of all files: `20261130000001_queue.sql`, `functions/10_queue.sql`.
  public var files: [String] { migrations.map(\.file) + functions.map(\.file) }
}
