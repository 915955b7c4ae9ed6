/// What neither a database nor a folder has, as time-stamped files that psql and `supabase db push` apply in order.
struct MigrationExport: Sendable {
  let comparison: MigrationComparison
  let history: ExportHistory
  let schema: String

  /// Versions of a newer program, in the database or in the folder: then no functions are exported.
  var newer: [String] {
    let known = Set(comparison.files.migrations.map(\.file.version))
    return comparison.newer.map { "\($0.version)_\($0.name)" }
      + history.entries(of: .migration).filter { !known.contains(ExportHistory.version($0)) }
      .map(\.header.name)
  }

  /// The files to write, in their order.
  ///
  /// - Parameter now: the time; stamps begin here, or after the newest file of the folder.
  /// - Returns: names and texts.
  /// - Throws: `MigrationError` where a file was changed after it had been applied or exported.
  func files(now: MigrationStamp) throws(MigrationError) -> [ExportedFile] {
    if let edited = comparison.edited { throw .edited(edited) }
    let migrations = try pendingMigrations()
    var stamp = max(now, history.newest?.successor ?? now)
    var files: [ExportedFile] = []
    func add(_ name: String, _ text: String) throws(MigrationError) {
      guard let digits = stamp.digits else {
        throw MigrationError(
          kind: .malformedName, file: "\(history.entries.last?.file ?? name)",
          message: "the folder has a file of the year 9999, and no file can be newer; rename it")
      }
      files.append(ExportedFile(name: "\(digits)_jira_sync_\(name).sql", text: text))
      stamp = stamp.successor
    }
    for migration in migrations { try add(migration.file.name, text(migration)) }
    guard newer.isEmpty else { return files }
    for function in pendingFunctions(afterMigrations: !migrations.isEmpty) {
      try add("functions_\(function.file.name)", text(function))
    }
    return files
  }

  private func pendingMigrations() throws(MigrationError) -> [HashedFile<Migration>] {
    let exported = history.entries(of: .migration)
    var pending: [HashedFile<Migration>] = []
    for status in comparison.status.migrations where status.state == .pending {
      guard
        let file = comparison.files.migrations.first(where: { $0.file.version == status.version })
      else { continue }
      let entry = exported.last { ExportHistory.version($0) == status.version }
      if let entry, entry.header.checksum != file.checksum {
        throw MigrationError(
          kind: .edited, file: file.file.file,
          message: "the file was changed after it had been exported as \(entry.file); put it back "
            + "as it was, or, where no database has it, delete that export")
      }
      if entry == nil { pending.append(file) }
    }
    return pending
  }

  /// The repeatable files that must run once all that the folder has was applied.
  private func pendingFunctions(
    afterMigrations: Bool
  ) -> [HashedFile<RepeatableMigration>] {
    let all = comparison.files.functions
    guard !afterMigrations else { return all }
    let applied = Set(comparison.records.migrations.map(\.version))
    let recorded = Dictionary(
      comparison.records.functions.map { ($0.name, $0.checksum) }
    ) { first, _ in first }
    // Functions that were exported or applied before a versioned file that is still to come must run again after it.
    let barrier =
      history.entries(of: .migration).last { !applied.contains(ExportHistory.version($0)) }?.stamp
    let exported = history.entries(of: .functions)
    var pending = all.filter { function in
      if barrier == nil, recorded[function.file.name] == function.checksum { return false }
      let latest = exported.last { $0.header.name == function.file.name }
      guard let latest, latest.header.checksum == function.checksum else { return true }
      return latest.stamp < barrier ?? ""
    }
    if let rights = all.last, pending.last != rights {
      let latest = exported.last { $0.header.name == rights.file.name }?.stamp ?? ""
      let isBehind = exported.contains {
        $0.header.name != rights.file.name && $0.stamp > latest
          && recorded[$0.header.name] != $0.header.checksum
      }
      if !pending.isEmpty || isBehind { pending.append(rights) }
    }
    return pending
  }

  private func text(_ migration: HashedFile<Migration>) -> String {
    let header = ExportHeader(
      kind: .migration, name: "\(migration.file.version)_\(migration.file.name)",
      checksum: migration.checksum)
    var text = """
      \(header.line)
      \(Self.note)
      \(migration.file.sql)
      update \(table("migrations")) set checksum = \(literal(migration.checksum))
      where version = \(literal(migration.file.version));

      """
    if !comparison.files.functions.isEmpty { text += forget(nil) }
    return text
  }

  private func text(_ function: HashedFile<RepeatableMigration>) -> String {
    let header = ExportHeader(
      kind: .functions, name: function.file.name, checksum: function.checksum)
    var text = """
      \(header.line)
      \(Self.note)
      \(function.file.sql)
      insert into \(table("repeatable_migrations")) (name, checksum)
      values (\(literal(function.file.name)), \(literal(function.checksum)))
      on conflict (name) do update set checksum = excluded.checksum, applied_at = now();

      """
    if let rights = comparison.files.rights, rights != function.file.name { text += forget(rights) }
    return text
  }

  /// As `MigrationTables.forget`: what comes after this file must run again, even if it is not applied in one go.
  private func forget(_ name: String?) -> String {
    """
    update \(table("repeatable_migrations")) set checksum = null
    where checksum is not null\(name.map { " and name = \(literal($0))" } ?? "");

    """
  }

  private static let note = "-- Written by `jira-sync migrate --export`; do not edit it."

  private func table(_ name: String) -> String { "\(quotedIdentifier(schema)).\(name)" }

  private func literal(_ value: String) -> String {
    "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
      + "'"
  }
}

/// A file of the folder that migrations are exported to.
public struct ExportedFile: Sendable, Hashable {
  /// Its name, `YYYYMMDDHHMMSS_name.sql`.
  public var name: String
  /// Its text.
  public var text: String

  /// A file.
  public init(name: String, text: String) {
    self.name = name
    self.text = text
  }
}
