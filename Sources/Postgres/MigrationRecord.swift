/// What the database remembers of a migration.
struct MigrationRecord: Sendable, Hashable {
  var version: String
  var name: String
  /// The hash of the text that was applied; nil where psql applied it.
  var checksum: String?
  var appliedAt: String?
}

extension MigrationStatus {
  /// Compares the program's files with the database's records.
  ///
  /// - Parameters:
  ///   - files: the files with the hashes of their texts, any order.
  ///   - records: what the database has.
  /// - Returns: every version of either side, oldest first.
  static func compare(
    files: [(migration: Migration, checksum: String)], records: [MigrationRecord]
  ) -> [MigrationStatus] {
    let recorded = Dictionary(records.map { ($0.version, $0) }) { first, _ in first }
    let known = Set(files.map(\.migration.version))
    var all = files.map { file, checksum -> MigrationStatus in
      let record = recorded[file.version]
      let state: State =
        switch record {
        case nil: .pending
        case let record? where record.checksum != nil && record.checksum != checksum: .edited
        default: .applied
        }
      return MigrationStatus(
        version: file.version, name: file.name, state: state, appliedAt: record?.appliedAt)
    }
    for record in records where !known.contains(record.version) {
      all.append(
        MigrationStatus(
          version: record.version, name: record.name, state: .unknown, appliedAt: record.appliedAt))
    }
    return all.sorted { $0.version < $1.version }
  }
}
