import JSON
import Mapping
import Planning

/// What `jira-sync.yaml` says of looking at JIRA, of what is gone, and of the breaker.
public struct SyncSettings: Sendable, Hashable {
  /// How far behind the newest change that was seen a poll begins: longer than JIRA's search index lags.
  public var pollOverlap: Duration = .seconds(300)
  /// How long polls may fail before people are told.
  public var pollBehindAfter: Duration = .seconds(900)
  /// The greatest share of the linked issues that a sweep may miss before it takes that for a lost permission.
  public var sweepMayMiss = 0.2
  /// What becomes of the issue of a row that was deleted.
  public var onRowDeleted = DeletionPolicy.none
  /// What becomes of the row of an issue that was deleted.
  public var onIssueDeleted = DeletionPolicy.none
  /// When a field that goes to and fro is left alone.
  public var breaker = OscillationLimits()

  /// What is built in.
  public init() {}

  /// Reads the sections of a `jira-sync.yaml`.
  ///
  /// - Parameters:
  ///   - settings: the sections by their names; those that concern others are left alone.
  ///   - file: the file's name, for messages.
  /// - Throws: `MappingError` with everything that is wrong.
  public init(_ settings: [String: JSON], file: String) throws(MappingError) {
    var reader = SettingsReader(file: file)
    reader.read(settings, into: &self)
    guard reader.issues.isEmpty else { throw MappingError(reader.issues) }
  }
}
