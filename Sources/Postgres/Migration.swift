/// One step of the database's schema: a file of plain SQL that is never changed once it has been applied anywhere.
///
/// The file ends by recording itself, so that psql and `supabase db push` keep the same books: `insert into jira_sync.migrations (version, name) values ('20261122000001', 'queue') on conflict do nothing;`. It contains no `BEGIN` and no `COMMIT`; it is run in a transaction.
public struct Migration: Sendable, Hashable {
  /// When it was written, `YYYYMMDDHHMMSS`: the order in which files are applied.
  public let version: String
  /// What it is about, the rest of the file's name.
  public let name: String
  /// The file's text, with `\n` line ends: a checkout with other line ends is no edit.
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
    // "\r\n" is one Character, so it is taken apart as scalars.
    var text = String.UnicodeScalarView()
    let scalars = Array(sql.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let isLineEnd = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if !isLineEnd { text.append(scalar) }
    }
    self.sql = String(text)
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

  /// The line, from 1, of a position that an error of the server names.
  ///
  /// - Parameter position: in characters from 1, as Postgres counts them: code points.
  /// - Returns: the line that the position is on.
  public func line(at position: Int) -> Int {
    sql.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" } + 1
  }
}
