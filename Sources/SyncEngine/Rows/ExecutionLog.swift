import Planning

/// What the execution of a plan did.
///
/// The plan itself stays as it was decided.
struct ExecutionLog: Sendable {
  /// The writes to the issue, without those that JIRA refused; texts may be cut further than the plan said.
  var writes: [FieldWrite]
  /// What was written to the issue, as JIRA has stored it.
  var written: [FieldWrite] = []
  /// Whether the issue was read after it had been written.
  var wasReadAgain = false
  /// The status that was reached, and the one before.
  var moved: (from: String, to: String)?
  /// The base to keep as long as the execution is not complete.
  var notedBase: Base
  /// The base to keep afterwards.
  var newBase: Base
  /// Why fields are not in agreement.
  var problems: [FieldProblem]
  /// The open conflicts that this settles, by the field's name.
  var decided: [String: Int64]

  /// Begins with what the plan says.
  init(_ plan: Plan) {
    writes = plan.issueWrites
    notedBase = plan.notedBase
    newBase = plan.newBase
    problems = plan.problems
    decided = plan.decided
  }
}
