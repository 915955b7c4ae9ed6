/// Settings that cannot be used; all of them at once, so that they can be corrected together.
package struct SettingsError: Error, Sendable, Hashable {
  /// What is wrong, at least one.
  package var problems: [SettingsProblem]

  package init(_ problems: [SettingsProblem]) { self.problems = problems }

  package init(variable: String, found: String, example: String) {
    problems = [SettingsProblem(variable: variable, found: found, example: example)]
  }
}

extension SettingsError: CustomStringConvertible {
  package var description: String {
    guard problems.count > 1 else { return problems.map(\.description).joined() }
    return "\(problems.count) settings need attention:\n"
      + problems.map { "  \($0)" }.joined(separator: "\n")
  }
}
