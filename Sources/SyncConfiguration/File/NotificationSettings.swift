/// The section `notifications` of `jira-sync.yaml`: what goes where.
public struct NotificationSettings: Sendable, Hashable {
  /// The rule of each channel; nil switches it off, configured or not.
  public var rules: [String: ChannelRule]

  /// The channels that there are, and whether they are on when the file does not name them.
  static let channels = [("email", true), ("slack", true), ("jira", false)]

  /// What holds where the file says nothing: e-mail and Slack, where they are configured, get warnings and errors.
  public init() {
    rules = Dictionary(
      uniqueKeysWithValues: Self.channels.filter(\.1).map { ($0.0, ChannelRule()) })
  }
}
