/// What a folder of time-stamped migrations has: our earlier exports and the user's own files.
struct ExportHistory: Sendable {
  /// One exported file.
  struct Entry: Sendable, Hashable {
    /// The 14 digits of its name.
    var stamp: String
    /// The file's name.
    var file: String
    var header: ExportHeader
  }

  /// Our exports, oldest first.
  let entries: [Entry]
  /// The latest stamp of any file, ours or not.
  let newest: MigrationStamp?

  /// Reads a folder.
  ///
  /// - Parameter files: its files; those whose name does not begin with 14 digits and `_` are no migrations.
  init(files: [ExportedFile]) {
    var entries: [Entry] = []
    var newest: MigrationStamp?
    for file in files.sorted(by: { $0.name < $1.name }) {
      let digits = file.name.prefix(14)
      guard file.name.hasSuffix(".sql"), file.name.dropFirst(14).first == "_",
        let stamp = MigrationStamp(digits)
      else { continue }
      newest = max(newest ?? stamp, stamp)
      entries += ExportHeader.all(in: file.text).map {
        Entry(stamp: String(digits), file: file.name, header: $0)
      }
    }
    self.entries = entries
    self.newest = newest
  }

  /// Our exports of one kind.
  func entries(of kind: ExportHeader.Kind) -> [Entry] {
    entries.filter { $0.header.kind == kind }
  }

  /// The version of an exported versioned file.
  static func version(_ entry: Entry) -> String { String(entry.header.name.prefix(14)) }
}
