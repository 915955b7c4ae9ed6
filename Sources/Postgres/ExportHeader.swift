/// The comment in an exported file that tells a later export what the file is.
struct ExportHeader: Sendable, Hashable {
  /// Which of the two kinds of files.
  enum Kind: String, Sendable, Hashable {
    case migration
    case functions
  }

  var kind: Kind
  /// `20261130000001_queue` or `10_queue`.
  var name: String
  /// The hash of the text that was exported.
  var checksum: String

  /// The line: `-- jira-sync migration 20261130000001_queue sha256:…`.
  var line: String { "\(Self.start)\(kind.rawValue) \(name) \(Self.hash)\(checksum)" }

  private static let start = "-- jira-sync "
  private static let hash = "sha256:"

  /// The headers of a file; more than one where a user joined exported files.
  static func all(in text: String) -> [ExportHeader] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      guard line.hasPrefix(start) else { return nil }
      let words = line.dropFirst(start.count).split(separator: " ")
      guard words.count == 3, let kind = Kind(rawValue: String(words[0])),
        words[2].hasPrefix(hash)
      else { return nil }
      return ExportHeader(
        kind: kind, name: String(words[1]), checksum: String(words[2].dropFirst(hash.count)))
    }
  }
}
