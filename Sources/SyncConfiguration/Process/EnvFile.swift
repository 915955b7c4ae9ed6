/// The settings of a `.env` file.
///
/// A line is `NAME=value`, with `export` before it if you like. A value may stand in single quotes, which keep everything,
/// or in double quotes, where `\n`, `\r`, `\t`, `\"`, `\$` and `\\` are escapes. A `#` at the start of a line or after a
/// blank begins a comment. Nothing is interpolated: a `$` in a password is a `$`.
package struct EnvFile: Sendable, Hashable {
  /// The values by name; of two lines with one name the later wins.
  package var values: [String: String] = [:]

  /// Reads the text of a file.
  ///
  /// - Parameter text: the file's text, with any line ends.
  /// - Throws: `EnvFileError` for the first line that is no setting.
  package init(parsing text: String) throws(EnvFileError) {
    // A byte order mark is what some editors put first.
    let body =
      text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    // "\r\n" is one Character, and isNewline is true for it.
    let lines = body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      var reader = EnvLine(line, number: index + 1)
      guard let (name, value) = try reader.setting() else { continue }
      values[name] = value
    }
  }
}

/// Why a `.env` file cannot be read; never repeats what the line holds, which may be a password.
package struct EnvFileError: Error, Hashable {
  /// The line, from 1.
  package var line: Int
  /// What is wrong with it and what is expected.
  package var reason: String
}

extension EnvFileError: CustomStringConvertible {
  package var description: String { "line \(line): \(reason)" }
}
