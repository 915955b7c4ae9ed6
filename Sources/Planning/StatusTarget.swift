import Jira

/// The status that an issue shall have.
public struct StatusTarget: Sendable, Hashable {
  /// The kind that the status must be of.
  public var category: IssueStatus.Category
  /// The status to prefer where the workflow has it; any other of the kind will do.
  public var preferredName: String

  /// Describes a status to reach.
  ///
  /// - Parameters:
  ///   - category: the kind that it must be of.
  ///   - preferredName: the status to prefer.
  public init(category: IssueStatus.Category, preferredName: String) {
    self.category = category
    self.preferredName = preferredName
  }
}
