import JSON

/// When JIRA is polled and swept, as `jira-sync.yaml` says it: `poll: {interval: …}`, `sweep: {interval: …}`.
public struct ScheduleSettings: Sendable, Hashable {
  /// By the name of the schedule, a period or five cron fields; the database knows them in full.
  public var intervals: [String: String] = [:]

  /// Says nothing.
  public init() {}

  /// Reads the sections.
  ///
  /// Other members of the sections concern others.
  ///
  /// - Parameters:
  ///   - settings: the sections of the file by their names.
  ///   - file: the file's name, for messages.
  /// - Throws: `MappingError` with everything that is wrong.
  public init(settings: [String: JSON], file: String) throws(MappingError) {
    var issues: [MappingError.Issue] = []
    for name in ["poll", "sweep"] {
      guard let value = settings[name]?["interval"], !value.isNull else { continue }
      let text = value.string ?? value.integer.map { "\($0) seconds" }
      if let text, Self.isPlausible(text) {
        intervals[name] = text
      } else {
        issues.append(
          MappingError.Issue(
            "\(name).interval is \(value.text); it takes a period such as 30 seconds, 5 minutes or 1 day, or five cron "
              + "fields in UTC such as '*/5 * * * *'", file: file))
      }
    }
    guard issues.isEmpty else { throw MappingError(issues) }
  }

  /// Whether it may be a period or five fields.
  private static func isPlausible(_ text: String) -> Bool {
    let words = text.split(whereSeparator: \.isWhitespace)
    if words.count == 5 { return true }
    return text.lowercased().wholeMatch(
      of: /\s*(every )?[1-9]\d{0,6} ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\s*/)
      != nil
  }
}
