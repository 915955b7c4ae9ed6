/// What is wrong with one setting.
struct SettingsProblem: Sendable, Hashable {
  /// The variable's name, or the flag or file it came by.
  var variable: String
  /// What was found; never a secret's value.
  var found: String
  /// A line that would do.
  var example: String
}

extension SettingsProblem: CustomStringConvertible {
  var description: String { "\(variable): \(found). Example: \(example)" }
}
