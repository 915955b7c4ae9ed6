import Planning

/// How polls and sweeps work, what happens after deletions, and when a field is suspended.
public struct SyncSettings: Sendable, Hashable {
  /// How far behind the newest change that was seen a poll begins: longer than JIRA's search index lags.
  public var pollOverlap: Duration = .seconds(300)
  /// How long polls may fail before people are told.
  public var pollBehindAfter: Duration = .seconds(900)
  /// The greatest share of the linked issues that a sweep may miss before it takes that for a lost permission.
  public var sweepMayMiss = 0.2
  /// What is done to the issue of a row that was deleted.
  public var onRowDeleted = DeletionPolicy.none
  /// What is done to the row of an issue that was deleted.
  public var onIssueDeleted = DeletionPolicy.none
  /// When a field that oscillates is suspended.
  public var breaker = OscillationLimits()

  /// What is built in.
  public init() {}
}

/// When a field that keeps changing sides is suspended.
public struct OscillationLimits: Sendable, Hashable {
  /// How often a field may change sides.
  public var changes = 20
  /// Within which time; also how long it is then suspended.
  public var within: Duration = .seconds(3600)

  /// What is built in: far more often than people change their minds, and soon enough for two programs that do not agree.
  public init() {}
}
