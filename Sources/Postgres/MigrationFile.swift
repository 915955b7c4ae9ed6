/// A file of plain SQL that the migrator runs in one transaction.
protocol MigrationFile: Sendable, Hashable {
  /// The file's name as messages and lists show it.
  var file: String { get }
  /// The file's text, with `\n` line ends.
  var sql: String { get }
}

extension MigrationFile {
  /// The line, from 1, of a position that an error of the server names.
  ///
  /// - Parameter position: in characters from 1, as Postgres counts them: code points.
  /// - Returns: the line that the position is on.
  func line(at position: Int) -> Int {
    sql.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" } + 1
  }

  /// The text with `\n` line ends: a checkout with other line ends is no edit.
  static func normalized(_ sql: String) -> String {
    // "\r\n" is one Character, so it is taken apart as scalars.
    var text = String.UnicodeScalarView()
    let scalars = Array(sql.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let isLineEnd = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if !isLineEnd { text.append(scalar) }
    }
    return String(text)
  }
}
