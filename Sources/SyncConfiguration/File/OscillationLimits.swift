/// When a field that keeps changing sides is suspended.
public struct OscillationLimits: Sendable, Hashable {
  /// How often a field may change sides.
  public var changes = 20
  /// Within which time; also how long it is then suspended.
  public var within: Duration = .seconds(3600)

  /// What is built in: far more often than people change their minds, and soon enough for two programs that do not agree.
  public init() {}
}
