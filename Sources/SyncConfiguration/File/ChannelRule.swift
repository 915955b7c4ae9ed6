/// What goes to a channel.
public struct ChannelRule: Sendable, Hashable {
  /// The lowest severity that is told.
  public var severity = Severity.warning
  /// The kinds that are told; nil is all.
  public var kinds: [String]?
  /// Kinds that are told whatever their severity.
  public var also = ["daily_summary", "backfill_finished"]
  /// Kinds that are not told.
  public var never: [String] = []
  /// Whether it is told that a cause has gone.
  public var resolved = true
  /// How long more of the same is collected before it is told.
  public var digest = Duration.seconds(3_600)

  /// Warnings and errors, and that they are over.
  public init() {}
}

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
