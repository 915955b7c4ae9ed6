/// What an observer of a client is told of a call.
public enum JiraCallEvent: Sendable, Hashable {
  /// The call was let through, or not, after so long: its turn under the fleet's budget, above all.
  case waited(JiraCall, Duration)
  /// The call is over: JIRA's status, or the kind of failure where no answer came.
  case answered(JiraCall, result: String, Duration)
}
