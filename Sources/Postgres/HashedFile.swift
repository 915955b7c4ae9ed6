/// A file and the hash of its text.
struct HashedFile<File: MigrationFile>: Sendable, Hashable {
  var file: File
  /// SHA-256, in hexadecimal digits.
  var checksum: String
}
