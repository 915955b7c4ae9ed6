import JSON
import Jira

/// Where a poll begins, from the watermark and from what the job asks for.
enum PollStart {
  /// An argument that is no time.
  struct Unreadable: Error, CustomStringConvertible {
    let text: String

    var description: String {
      """
      args.since is \(text), which is no time. Write it as 2026-01-02T03:04:05Z, or in milliseconds since 1970: \
      insert into jira_sync.jobs (kind, args) values ('poll', '{"since": "2026-01-02T03:04:05Z"}')
      """
    }
  }

  /// The time that a job asks for.
  ///
  /// - Parameter arguments: the job's arguments.
  /// - Returns: milliseconds since 1970; nil where it asks for none.
  /// - Throws: `Unreadable`.
  static func since(_ arguments: JSON) throws(Unreadable) -> Int64? {
    guard let since = arguments["since"], !since.isNull else { return nil }
    if let number = since.integer, number >= 0 { return Int64(number) }
    if let text = since.string {
      if let number = Int64(text), number >= 0 { return number }
      if let instant = JiraTimestamp.parse(text) ?? JiraTimestamp.startOfDay(text) {
        return instant
      }
    }
    throw Unreadable(text: since.text)
  }

  /// The time that is searched from.
  ///
  /// A job may ask for an earlier time than the watermark says, never for a later one: what lies between would be missed.
  ///
  /// - Parameters:
  ///   - watermark: the newest `updated` that was seen, milliseconds since 1970; nil where nothing was polled yet.
  ///   - oldestKnown: the `updated` of the linked issue that was read longest ago.
  ///   - asked: what the job asks for.
  ///   - overlap: how far behind the watermark to begin.
  /// - Returns: milliseconds since 1970; nil where there is nothing to compare with yet.
  static func from(
    watermark: Int64?, oldestKnown: Int64?, asked: Int64?, overlap: Duration
  ) -> Int64? {
    let milliseconds = overlap.components.seconds * 1_000
    guard let known = watermark ?? oldestKnown else { return asked }
    return max(0, min(known - milliseconds, asked ?? .max))
  }
}
