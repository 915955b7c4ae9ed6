import FoundationEssentials
import JSON
import SyncConfiguration

/// A row of `jira_sync.incidents`: what a channel was told of a cause, and what it was not told yet.
///
/// Times are seconds since 1970 by the database's clock.
struct Cause: Sendable, Hashable {
  /// What makes it one cause.
  var fingerprint: String
  /// The issue, where the channel tells each for itself; else empty.
  var issueKey: String
  var kind: String
  var severity: Severity
  /// The first event that was not told yet, or the last one that was.
  var event: EventText
  /// How many events were not told yet.
  var waiting: Int
  var waitingSince: Double?
  var waitingUntil: Double?
  /// What these are about, ten at the most.
  var subjects: [String] = []
  /// Whether it was ever about more than one thing.
  var isMany = false
  /// Set where the cause has gone, and that was not told yet.
  var resolution: Resolution?
  /// Whether it was told and has not gone since.
  var isOpen = false
  /// The first message of it.
  var root: UUID?
  var openedAt: Double?
  var toldAt: Double?
  /// How often it came and went since `episodesSince`.
  var recurrences = 0
  var episodesSince: Double?

  /// How a cause ended.
  struct Resolution: Sendable, Hashable {
    var eventID: Int64
    var message: String
    var at: Double
  }
}
