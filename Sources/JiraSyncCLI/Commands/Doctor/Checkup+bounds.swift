import Postgres
import SyncEngine

extension Checkup {
  /// What came from JIRA and is out of bounds: times in the future, waits, and issues that cannot be read.
  mutating func checkMarks(_ connection: PostgresConnection) async throws {
    let ahead = try await connection.query(
      """
      select a.what from (
        select 'the watermark of ' || p.project_key || ', ' || p.watermark_at as what from jira_sync.polls as p
        where p.watermark_at > clock_timestamp() + interval '10 minutes'
        union all
        (select 'the time of ' || coalesce(l.issue_key, l.label) || ', ' || l.issue_updated from jira_sync.links as l
        where l.issue_updated > clock_timestamp() + interval '10 minutes' order by l.id limit 5)
      ) as a
      """, doing: "looking for times in the future"
    ).rows.map { try $0.get("what", as: String.self) }
    if ahead.isEmpty {
      ok("times", "no time that JIRA told lies in the future")
    } else {
      failure(
        "times", "in the future by the database's clock: \(ahead.joined(separator: "; "))",
        remedy:
          "The next poll makes them anew: jira-sync poll --wait. Where they come back, set the clocks of JIRA and its proxies right"
      )
    }
    let limits = try await connection.query(
      """
      select scope || ' until ' || blocked_until || ': ' || coalesce(reason, '') as what from jira_sync.rate_limits
      where blocked_until > clock_timestamp() + interval '1 minute' order by scope limit 5
      """, doing: "looking for waits"
    ).rows.map { try $0.get("what", as: String.self) }
    if !limits.isEmpty {
      warning(
        "waits", "JIRA asks to wait: \(limits.joined(separator: "; "))",
        remedy: "It is tried again then by itself. To try now: jira-sync jobs resume --limits")
    }
    let unread = try await connection.query(
      """
      select label || ': ' || last_error as what from jira_sync.links
      where state = 'linked' and strpos(last_error, \(UnreadIssue.sign)) > 0 order by id limit 5
      """, doing: "looking for issues that cannot be read"
    ).rows.map { try $0.get("what", as: String.self) }
    if !unread.isEmpty {
      failure("issues", unread.joined(separator: "\n"), remedy: "The other rows go on")
    }
  }
}
