/// A call as JIRA saw it.
struct SeenCall: Hashable, Sendable, CustomStringConvertible {
  let method: String
  /// Behind the version of the API.
  let path: String
  /// 0 where no answer was sent.
  let status: Int

  var description: String { "\(method) \(path) → \(status)" }
}
