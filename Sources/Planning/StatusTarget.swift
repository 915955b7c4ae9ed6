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

/// A status that the issue is to reach by transitions.
public struct StatusChange: Sendable, Hashable {
  /// The field's name in the mapping.
  public var field: String
  /// The columns that ask for it.
  public var columns: [String]
  /// The status to reach.
  public var target: StatusTarget
  /// The name of the status that the issue has, nil where it is only being made.
  public var from: String?
}
