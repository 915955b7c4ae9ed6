import Jira

/// Comments on the issues that events are about.
///
/// Each comment carries the message's name as a marker, so it is there once, however often it is sent. A comment moves the
/// issue's `updated`, which the poller sees; but what it compares are mapped fields, and comments are none.
public struct JiraChannel: NotificationChannel {
  /// `jira`.
  public let name = "jira"
  /// Each issue for itself.
  public let isByIssue = true
  /// Where comments go.
  public let destination = "comments on issues"

  private let client: @Sendable () -> JiraClient?

  /// Makes the channel.
  ///
  /// - Parameter client: the way to JIRA; nil while it is out of reach.
  public init(client: @escaping @Sendable () -> JiraClient?) {
    self.client = client
  }

  /// Adds a comment to the issue of the message.
  ///
  /// - Parameter message: what to say.
  /// - Returns: the comment's id.
  /// - Throws: `ChannelError`.
  public func send(_ message: Message) async throws(ChannelError) -> String {
    guard let key = message.issueKey ?? message.items.first?.issueKey else {
      throw ChannelError(
        .refused, "the message is about no issue, so there is nothing to comment on")
    }
    guard let client = client() else {
      throw ChannelError(.later, "JIRA is out of reach")
    }
    let text = "\(Headline(message).text)\n\n\(MessageText(message, site: nil).text)"
    do {
      // An earlier attempt may have got through without our noting it.
      let comment = try await client.addCommentOnce(
        text, to: key, marker: message.uuid, mayBeThere: true)
      return "comment \(comment.id) on \(key)"
    } catch let error as JiraError {
      throw Self.channelError(error)
    } catch {
      throw ChannelError(.later, "\(error)")
    }
  }

  private static func channelError(_ error: JiraError) -> ChannelError {
    switch error.kind {
    case .notFound, .gone, .invalid, .forbidden: ChannelError(.refused, "\(error)")
    case .network, .timeout, .rateLimited, .unavailable, .conflict, .unauthorized, .captcha,
      .redirected, .unexpectedAnswer, .unreadable, .cancelled, .circuitOpen:
      ChannelError(.later, "\(error)")
    }
  }
}
