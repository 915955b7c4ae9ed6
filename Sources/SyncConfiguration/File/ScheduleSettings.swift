/// When JIRA is polled and swept, as `jira-sync.yaml` says it: `poll: {interval: …}`, `sweep: {interval: …}`.
public struct ScheduleSettings: Sendable, Hashable {
  /// By the name of the schedule, a period or five cron fields; the database knows them in full.
  public var intervals: [String: String] = [:]

  /// Says nothing.
  public init() {}

  /// Whether it may be a period or five fields.
  static func isPlausible(_ text: String) -> Bool {
    let words = text.split(whereSeparator: \.isWhitespace)
    if words.count == 5 { return true }
    return text.lowercased().wholeMatch(
      of: /\s*(every )?[1-9]\d{0,6} ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\s*/)
      != nil
  }
}
