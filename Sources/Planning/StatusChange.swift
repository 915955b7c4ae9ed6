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
