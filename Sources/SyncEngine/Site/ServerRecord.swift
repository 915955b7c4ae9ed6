import FoundationEssentials
import Postgres

/// What `jira_sync.site.server` remembers of the server, and the decision whether issues are to be searched that the database
/// may have forgotten.
struct ServerRecord: Sendable, Hashable, Codable {
  /// The server at the last check.
  var identity: ServerIdentity
  /// The workers that have passed the check on it.
  var checked: [String] = []
  /// A server with another history, for which the check goes on.
  var next: Next?

  /// A check that goes on.
  struct Next: Sendable, Hashable, Codable {
    var identity: ServerIdentity
    /// When it was first seen, in seconds since 1970 by the database's clock.
    var since: Double
  }

  /// What is to be done before an issue is made.
  enum Step: Sendable, Hashable {
    /// Nothing.
    case pass
    /// Issues are searched, and then issues may be made.
    case search
    /// Issues are searched; JIRA's index may lag, so nothing is made for that long, and then they are searched again.
    case searchAndWait(Duration)
  }

  /// Decides.
  ///
  /// - Parameters:
  ///   - record: what is remembered; nil where nothing is.
  ///   - current: the server as it is.
  ///   - alive: the workers that are alive, this one included.
  ///   - hasIntents: whether an issue was ever about to be made.
  ///   - now: the time, in seconds since 1970 by the database's clock.
  ///   - lag: how long JIRA's index may lag.
  /// - Returns: what is to be done.
  static func step(
    _ record: ServerRecord?, current: ServerIdentity, alive: Set<String>, hasIntents: Bool,
    now: Double, lag: Duration
  ) -> Step {
    guard let record else { return hasIntents ? .search : .pass }
    if record.identity == current, !hasIntents || !alive.isDisjoint(with: record.checked) {
      return .pass
    }
    guard current.isOtherHistory(than: record.identity) else { return .search }
    // What was made just before the loss may not be in the index yet.
    let since = record.next?.identity == current ? record.next?.since ?? now : now
    let left = lag - .seconds(max(0, now - since))
    return left > .zero ? .searchAndWait(left) : .search
  }

  /// What is remembered of the server while the database is bound to a site, before an issue was ever made.
  ///
  /// - Parameter transaction: the transaction that binds it.
  /// - Returns: JSON for `jira_sync.site.server`.
  /// - Throws: `PostgresError`.
  static func ofNewDatabase(_ transaction: PostgresTransaction) async throws -> String {
    let record = ServerRecord(identity: try await .read(transaction))
    return String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
  }
}
