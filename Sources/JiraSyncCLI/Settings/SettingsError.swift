/// Settings that cannot be worked with; all of them at once, so that nobody mends them one by one.
struct SettingsError: Error, Sendable, Hashable {
  /// What is wrong, at least one.
  var problems: [SettingsProblem]

  init(_ problems: [SettingsProblem]) { self.problems = problems }

  init(variable: String, found: String, example: String) {
    problems = [SettingsProblem(variable: variable, found: found, example: example)]
  }
}

extension SettingsError: CustomStringConvertible {
  var description: String {
    guard problems.count > 1 else { return problems.map(\.description).joined() }
    return "\(problems.count) settings need attention:\n"
      + problems.map { "  \($0)" }.joined(separator: "\n")
  }
}
