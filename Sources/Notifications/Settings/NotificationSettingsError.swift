/// What is wrong with the section `notifications`: everything that was found, not only the first.
public struct NotificationSettingsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found where, and what is allowed.
  public var problems: [String]
  /// The file that it was read from.
  public var file: String

  init(_ problems: [String], file: String) {
    self.problems = problems
    self.file = file
  }

  /// One line for each thing that is wrong.
  public var description: String {
    problems.map { "\(file): \($0)" }.joined(separator: "\n")
  }
}
