/// One file that is to be applied.
enum MigrationStep: Sendable, Hashable {
  case migration(HashedFile<Migration>)
  case function(HashedFile<RepeatableMigration>)
}
