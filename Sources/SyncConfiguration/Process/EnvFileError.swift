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
