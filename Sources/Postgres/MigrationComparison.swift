/// The program's files beside what the database remembers: what was applied, and what is to be applied next.
struct MigrationComparison: Sendable, Hashable {
  let files: MigrationFiles
  let records: MigrationRecords
  /// How they compare.
  let status: SchemaStatus

  init(files: MigrationFiles, records: MigrationRecords) {
    self.files = files
    self.records = records
    status = SchemaStatus(
      migrations: Self.compare(files.migrations, records.migrations),
      functions: Self.compare(files.functions, records.functions))
  }

  /// The file of the first migration that was edited after it had been applied.
  var edited: String? {
    status.migrations.first { $0.state == .edited }.map { "\($0.version)_\($0.name).sql" }
  }

  /// What a newer program has applied: functions of this one must not replace those of that one.
  var newer: [MigrationStatus] { status.migrations.filter { $0.state == .unknown } }

  /// Whether a versioned file was applied by psql, which could not note its hash.
  var lacksChecksums: Bool {
    let known = Set(files.migrations.map(\.file.version))
    return records.migrations.contains { $0.checksum == nil && known.contains($0.version) }
  }

  /// The file that is applied next; nil where nothing is pending.
  ///
  /// - Parameter done: repeatable files that this run applied: two programs of different versions at once would otherwise go on for ever.
  /// - Returns: the file.
  func next(without done: Set<String> = []) -> MigrationStep? {
    if let pending = status.migrations.first(where: { $0.state == .pending }) {
      return files.migrations.first { $0.file.version == pending.version }.map {
        .migration($0)
      }
    }
    guard newer.isEmpty else { return nil }
    let current = Set(status.functions.filter { $0.state == .applied }.map(\.name))
    return files.functions.first { !current.contains($0.file.name) && !done.contains($0.file.name) }
      .map { .function($0) }
  }

  private static func compare(
    _ files: [HashedFile<Migration>], _ records: [MigrationRecord]
  ) -> [MigrationStatus] {
    let recorded = Dictionary(records.map { ($0.version, $0) }) { first, _ in first }
    let known = Set(files.map(\.file.version))
    var all = files.map { hashed -> MigrationStatus in
      let record = recorded[hashed.file.version]
      let state: MigrationStatus.State =
        switch record {
        case nil: .pending
        case let record? where record.checksum != nil && record.checksum != hashed.checksum: .edited
        default: .applied
        }
      return MigrationStatus(
        version: hashed.file.version, name: hashed.file.name, state: state,
        appliedAt: record?.appliedAt)
    }
    for record in records where !known.contains(record.version) {
      all.append(
        MigrationStatus(
          version: record.version, name: record.name, state: .unknown, appliedAt: record.appliedAt))
    }
    return all.sorted { $0.version < $1.version }
  }

  private static func compare(
    _ files: [HashedFile<RepeatableMigration>], _ records: [RepeatableRecord]
  ) -> [RepeatableStatus] {
    let recorded = Dictionary(records.map { ($0.name, $0) }) { first, _ in first }
    let known = Set(files.map(\.file.name))
    var all = files.map { hashed -> RepeatableStatus in
      let record = recorded[hashed.file.name]
      let state: RepeatableStatus.State =
        switch record {
        case nil: .pending
        case let record? where record.checksum == hashed.checksum: .applied
        default: .changed
        }
      return RepeatableStatus(
        name: hashed.file.name, state: state, appliedAt: record?.appliedAt)
    }
    for record in records where !known.contains(record.name) {
      all.append(
        RepeatableStatus(name: record.name, state: .unknown, appliedAt: record.appliedAt))
    }
    return all.sorted { $0.name < $1.name }
  }
}

/// One file that is to be applied.
enum MigrationStep: Sendable, Hashable {
  case migration(HashedFile<Migration>)
  case function(HashedFile<RepeatableMigration>)
}
