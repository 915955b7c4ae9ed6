/// A file of functions, views, triggers or rights, which is applied again whenever its text changed.
///
/// Its statements work on a database that has an older version of the same file (`create or replace`). It contains no
/// `BEGIN` and no `COMMIT`, and does not record itself: the migrator does.
public struct RepeatableMigration: MigrationFile, Sendable, Hashable {
  /// The file's name without `.sql`, such as `10_queue`: files are applied in the order of their names.
  public let name: String
  /// The file's text, with `\n` line ends.
  public let sql: String

  /// A repeatable migration.
  ///
  /// - Parameters:
  ///   - name: the file's name without `.sql`.
  ///   - sql: the file's text.
  public init(name: String, sql: String) {
    self.name = name
    self.sql = Self.normalized(sql)
  }

  /// A repeatable migration by its file's name.
  ///
  /// - Parameters:
  ///   - file: `NN_topic`, with or without `.sql`.
  ///   - sql: the file's text.
  /// - Throws: `MigrationError` where the name is not of that form.
  public init(file: String, sql: String) throws(MigrationError) {
    let name = file.hasSuffix(".sql") ? String(file.dropLast(4)) : file
    let parts = name.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
    let isNumber = parts[0].utf8.count == 2 && parts[0].utf8.allSatisfy { (48...57).contains($0) }
    guard isNumber, parts.count == 2, !parts[1].isEmpty else {
      throw MigrationError(
        kind: .malformedName, file: "functions/\(name).sql",
        message: "a file of functions is named NN_topic.sql")
    }
    self.init(name: name, sql: sql)
  }

  /// The file's name below `migrations/`.
  public var file: String { "functions/\(name).sql" }
}
