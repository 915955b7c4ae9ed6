/// All that the database remembers of migrations.
struct MigrationRecords: Sendable, Hashable {
  var migrations: [MigrationRecord] = []
  var functions: [RepeatableRecord] = []
}
