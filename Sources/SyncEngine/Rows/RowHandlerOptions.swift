import Planning
import SyncConfiguration

/// How creations without an answer are searched for.
public struct RowHandlerOptions: Sendable, Hashable {
  /// After which times, counted from when the creation was sent, it is searched for; the last must be past the lag of the
  /// search index.
  public var lookupTimes: [Duration]
  /// How many calls about single issues go on at a time within a run.
  public var width: Int
  /// When a field that goes to and fro is left alone.
  public var breaker: OscillationLimits
  /// What becomes of the issue of a row that was deleted.
  public var onRowDeleted: DeletionPolicy

  /// Describes the options.
  ///
  /// - Parameters:
  ///   - lookupTimes: after which times a creation without an answer is searched for.
  ///   - width: how many calls about single issues go on at a time within a run.
  ///   - breaker: when a field that goes to and fro is left alone.
  ///   - onRowDeleted: what becomes of the issue of a row that was deleted.
  public init(
    lookupTimes: [Duration] = [
      .seconds(2), .seconds(10), .seconds(30), .seconds(90), .seconds(150),
    ],
    width: Int = 6, breaker: OscillationLimits = OscillationLimits(),
    onRowDeleted: DeletionPolicy = .none
  ) {
    self.lookupTimes = lookupTimes
    self.width = width
    self.breaker = breaker
    self.onRowDeleted = onRowDeleted
  }
}
