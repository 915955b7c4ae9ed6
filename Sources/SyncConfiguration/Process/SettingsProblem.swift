/// What is wrong with one setting.
package struct SettingsProblem: Sendable, Hashable {
  /// The variable's name, or the flag or file it came by.
  package var variable: String
  /// What was found; never a secret's value.
  package var found: String
  /// A line that would do.
  package var example: String

  /// Describes a problem.
  package init(variable: String, found: String, example: String) {
    self.variable = variable
    self.found = found
    self.example = example
  }
}

extension SettingsProblem: CustomStringConvertible {
  package var description: String { "\(variable): \(found). Example: \(example)" }
}
