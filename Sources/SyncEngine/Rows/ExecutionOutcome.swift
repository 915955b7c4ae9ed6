import JobQueue

/// What did not work while a plan was carried out.
struct ExecutionOutcome: Sendable {
  /// What stands in the way, in words that name column and field.
  var failures: [FieldFailure] = []
  /// Whether JIRA refused the issue as a whole.
  var isIssueRefused = false
  /// How the job ends, where it is not simply done or refused.
  var settlement: Settlement?
}

/// A field that could not be synced.
struct FieldFailure: Sendable {
  /// The field's name in the mapping; it keeps its old base.
  let field: String
  /// What stands in the way, in words that name column and field.
  let text: String
}
