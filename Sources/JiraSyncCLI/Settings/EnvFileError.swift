/// Why a `.env` file cannot be read; never repeats what the line holds, which may be a password.
struct EnvFileError: Error, Hashable {
  /// The line, from 1.
  var line: Int
  /// What is wrong with it and what is expected.
  var reason: String
}

extension EnvFileError: CustomStringConvertible {
  var description: String { "line \(line): \(reason)" }
}
