/// Somewhere that people hear of things.
///
/// A new one is a file with this protocol, and a line in `Channels.all`.
public protocol NotificationChannel: Sendable {
  /// Its name in `jira-sync.yaml`, in the database and in messages.
  var name: String { get }

  /// Whether it tells each issue for itself, and of nothing without an issue.
  var isByIssue: Bool { get }

  /// Where messages go, without secrets.
  var destination: String { get }

  /// Sends one message, once.
  ///
  /// Sent again, with the same uuid, where it is unknown whether it was delivered.
  ///
  /// - Parameter message: what to send.
  /// - Returns: what the receiver said.
  /// - Throws: `ChannelError` where it did not say that it has it.
  func send(_ message: Message) async throws(ChannelError) -> String
}

extension NotificationChannel {
  /// Tells of everything.
  public var isByIssue: Bool { false }
}
