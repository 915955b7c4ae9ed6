/// What an error means for the work that met it.
public enum JiraErrorClass: Sendable, Hashable {
  /// Passes by itself: try again with backoff.
  case transient
  /// A limit: try again at the time told, or with backoff where none was told.
  case rateLimited(Duration?)
  /// Another change at the same time: read again, then try again.
  case conflict
  /// The site does not let this account in, or is not at this address: stop calling it until a probe succeeds.
  case authentication
  /// What was sent will be refused again: no retry until the data or the mapping changes.
  case permanent
}
