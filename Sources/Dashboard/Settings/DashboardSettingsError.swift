/// What is wrong with the section `dashboard`: everything that was found, not only the first.
public struct DashboardSettingsError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found where, and what is allowed.
  public var problems: [String]

  init(_ problems: [String]) { self.problems = problems }

  /// One line for each thing that is wrong.
  public var description: String {
    problems.map { "jira-sync.yaml: \($0)" }.joined(separator: "\n")
  }
}
