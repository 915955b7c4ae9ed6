/// All files of the program, with the hashes of their texts.
struct MigrationFiles: Sendable, Hashable {
  /// Versioned files, oldest first.
  var migrations: [HashedFile<Migration>] = []
  /// Repeatable files, in the order of their names.
  var functions: [HashedFile<RepeatableMigration>] = []

  /// The file that grants the rights: it runs after every other one.
  var rights: String? { functions.last?.file.name }
}

/// A file and the hash of its text.
struct HashedFile<File: MigrationFile>: Sendable, Hashable {
  var file: File
  /// SHA-256, in hexadecimal digits.
  var checksum: String
}
