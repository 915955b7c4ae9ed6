import Jira

/// How fast JIRA may be called, by all workers together.
public struct SiteLimits: Sendable, Hashable {
  /// Calls a second; nil for no ceiling of ours.
  public var callsPerSecond: Double?
  /// Calls a second of single endpoints, by verb and path template such as `POST /issue`.
  public var endpoints: [String: Double]
  /// The longest wait that JIRA may ask for; after that it is tried again.
  public var longestWait = RetryAfter.standardLimit

  /// Ten calls a second: a tenth of what JIRA Cloud allows, since others call it, too.
  public static let standard = SiteLimits(callsPerSecond: 10)
  /// No ceiling of ours; what JIRA says still holds.
  public static let none = SiteLimits(callsPerSecond: nil)

  /// Describes limits.
  ///
  /// - Parameters:
  ///   - callsPerSecond: calls a second of the whole fleet; nil for no ceiling.
  ///   - endpoints: calls a second of single endpoints.
  public init(callsPerSecond: Double?, endpoints: [String: Double] = [:]) {
    self.callsPerSecond = callsPerSecond
    self.endpoints = endpoints
  }
}
