import Logging
import Postgres

/// Says once that something is out of reach, and once that it is back.
struct Troubles: Sendable {
  private var since: [String: ContinuousClock.Instant] = [:]
  /// What was ended for being idle: it comes back at once, each time, and needs no second word.
  private var idle: Set<String> = []
  private var hasAdvised = false

  /// Something failed; said only when it did not before.
  ///
  /// - Returns: since when it fails.
  mutating func began(
    _ what: String, error: any Error, logger: Logger
  ) -> ContinuousClock.Instant {
    if let since = since[what] { return since }
    let now = ContinuousClock.now
    since[what] = now
    guard (error as? PostgresError)?.sqlState == "57P05" else {
      logger.error("\(what) is in trouble, will keep trying: \(error)")
      return now
    }
    idle.insert(what)
    logger.log(
      level: hasAdvised ? .debug : .warning,
      """
      \(what) was ended by idle_session_timeout and is opened again, each time; changes wait some seconds then. A pooler in \
      session mode keeps jira-sync from setting it for itself: connect directly, or set it to 0 for its role, with \
      alter role … set idle_session_timeout = 0
      """)
    hasAdvised = true
    return now
  }

  /// It works.
  mutating func ended(_ what: String, logger: Logger) {
    guard let began = since.removeValue(forKey: what) else { return }
    guard idle.remove(what) == nil else { return }
    logger.notice("\(what) is back after \(ContinuousClock.now - began)")
  }
}

extension PostgresError {
  /// Whether waiting would be of no use, since a person has to change something: the schema is not there.
  var isHopeless: Bool {
    // undefined_table, undefined_function, invalid_schema_name (Postgres manual, appendix A)
    switch sqlState {
    case "42P01", "42883", "3F000": true
    default: false
    }
  }
}
