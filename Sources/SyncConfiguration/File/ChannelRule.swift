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
