/// What the database remembers of a repeatable migration.
struct RepeatableRecord: Sendable, Hashable {
  var name: String
  /// The hash of the text that was applied; nil where it must be applied again.
  var checksum: String?
  var appliedAt: String?
}
