/// What the database remembers of a versioned migration.
struct MigrationRecord: Sendable, Hashable {
  var version: String
  var name: String
  /// The hash of the text that was applied; nil where psql applied it.
  var checksum: String?
  var appliedAt: String?
}
