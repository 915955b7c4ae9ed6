/// What the database remembers of a versioned migration.
struct MigrationRecord: Sendable, Hashable {
  var version: String
  var name: String
  /// The hash of the text that was applied; nil where psql applied it.
  var checksum: String?
  var appliedAt: String?
}

/// What the database remembers of a repeatable migration.
struct RepeatableRecord: Sendable, Hashable {
  var name: String
  /// The hash of the text that was applied; nil where it must be applied again.
  var checksum: String?
  var appliedAt: String?
}

/// All that the database remembers of migrations.
struct MigrationRecords: Sendable, Hashable {
  var migrations: [MigrationRecord] = []
  var functions: [RepeatableRecord] = []
}
