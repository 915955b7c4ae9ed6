/// A call that is about to go out.
public struct JiraCall: Sendable, Hashable {
  /// The verb.
  public var method: String
  /// Verb and path template, such as `POST /issue/bulk`: what JIRA's burst limits count by.
  public var endpoint: String
  /// Whether it changes something.
  public var isWrite: Bool
  /// The one issue it is about, as the caller named it.
  public var issue: String?

  /// Describes a call.
  public init(method: String, endpoint: String, isWrite: Bool, issue: String? = nil) {
    self.method = method
    self.endpoint = endpoint
    self.isWrite = isWrite
    self.issue = issue
  }
}
