/// Who changed a field in JIRA, and when.
struct Authorship: Sendable, Hashable {
  /// The name that people see.
  let name: String
  /// Seconds since 1970, by JIRA's clock.
  let seconds: Double
}
