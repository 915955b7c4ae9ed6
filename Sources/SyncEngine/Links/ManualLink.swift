/// What linking or unlinking by hand did.
public struct ManualLink: Sendable, Hashable {
  /// What users call the row.
  public var label: String
  /// The key of the issue; nil where a row without one was told never to have one.
  public var issueKey: String?
  /// The key of the issue that the row had before, where it was another.
  public var replaced: String?
  /// The label of the row that had the issue before.
  public var takenFrom: String?
  /// The job that reconciles row and issue; nil after unlinking.
  public var jobID: Int64?
}
