/// How the columns about debt and audit go together with the status of an issue.
public struct StatusRules: Sendable, Hashable {
  /// The boolean column that says whether the file has debt.
  public var debtColumn = "has_technical_debt"
  /// The text column that says how far the audit is.
  public var auditColumn = "audit_status"
  /// The text in the audit column of a file whose audit has not begun.
  public var notStarted = "NOT_STARTED"
  /// The text in the audit column of a file in work.
  public var inProgress = "IN_PROGRESS"
  /// The text in the audit column of a finished file.
  public var completed = "COMPLETED"
  /// The status preferred among those of category "new".
  public var toDoStatus = "To Do"
  /// The status preferred among those of category "indeterminate".
  public var inProgressStatus = "In Progress"
  /// The status preferred among those of category "done".
  public var doneStatus = "Done"
  /// Resolutions that say that nothing was fixed, by any of their names or by id.
  public var unresolvedResolutions = [
    "Won't Do", "Won't Fix", "Duplicate", "Cannot Reproduce", "Declined", "Incomplete",
  ]
  /// Resolutions that say that the debt is gone, by any of their names or by id; the first that a screen offers is chosen.
  public var resolvedResolutions = [
    "Done", "Fixed", "Resolved", "Completed", "Complete", "Implemented",
  ]

  /// Makes the rules of the default mapping.
  public init() {}
}
