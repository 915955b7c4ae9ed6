/// Why a file of saved links cannot be used.
struct LinkArchiveError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The file.
  var path: String
  /// The line, from 1; nil where it is about the whole file.
  var line: Int?
  /// What is wrong and what to do.
  var message: String

  var description: String {
    "the links file \(path)\(line.map { ", line \($0)" } ?? ""): \(message)"
  }
}
