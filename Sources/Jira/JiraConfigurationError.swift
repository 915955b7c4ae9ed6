/// Why a JIRA configuration cannot be used.
public struct JiraConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was found and what is expected instead; contains no secret.
  public var description: String

  /// Describes an error.
  ///
  /// - Parameter description: what was found and what is expected instead, without secrets.
  public init(_ description: String) { self.description = description }
}
