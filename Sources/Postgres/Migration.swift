/// One step of the database's schema: a file of plain SQL that is never changed once it has been applied anywhere.
///
/// The file ends by recording itself, so that psql and `supabase db push` keep the same books: `insert into
/// jira_sync.migrations (version, name) values ('20261122000001', 'queue') on conflict do nothing;`. It contains no `BEGIN`
/// and no `COMMIT`; it is run in a transaction.
public struct Migration: MigrationFile, Sendable, Hashable {
  /// When it was written, `YYYYMMDDHHMMSS`: the order in which files are applied.
  public let version: String
  /// What it is about, the rest of the file's name.
  public let name: String
  /// The file's text, with `\n` line ends.
  public let sql: String

  /// A migration.
  ///
  /// - Parameters:
  ///   - version: 14 digits.
  ///   - name: the rest of the file's name, without `.sql`.
  ///   - sql: the file's text.
  public init(version: String, name: String, sql: String) {
    self.version = version
    self.name = name
    self.sql = Self.normalized(sql)
  }

  /// A migration by its file's name.
  ///
  /// - Parameters:
  ///   - file: `YYYYMMDDHHMMSS_name`, with or without `.sql`.
  ///   - sql: the file's text.
  /// - Throws: `MigrationError` where the name is not of that form.
  public init(file: String, sql: String) throws(MigrationError) {
    let stem = file.hasSuffix(".sql") ? file.dropLast(4) : file[...]
    let parts = stem.split(separator: "_", maxSplits: 1, omittingEmptySubsequences: false)
    let isVersion = parts[0].utf8.count == 14 && parts[0].utf8.allSatisfy { (48...57).contains($0) }
    guard isVersion, parts.count == 2, !parts[1].isEmpty else {
      throw MigrationError(
        kind: .malformedName, file: file,
        message: "a migration's file is named YYYYMMDDHHMMSS_name.sql")
    }
    self.init(version: String(parts[0]), name: String(parts[1]), sql: sql)
  }

  /// The file's name.
  public var file: String { "\(version)_\(name).sql" }
}
