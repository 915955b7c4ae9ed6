import Jira
import JobQueue
import Postgres

/// A linked issue that cannot be read, while others can: its link says so, and the sweep tries it again.
public struct UnreadIssue: Sendable, Hashable {
  /// What the error of such a link has in it; the sweep and `doctor` go by it.
  public static let sign = " cannot be read: "

  let issueID: String
  let text: String
  /// When the issue was changed as far as the search says; nil where that is not known.
  var updated: Int64?

  /// Describes an issue that cannot be read.
  ///
  /// - Parameters:
  ///   - id: its id.
  ///   - key: its key as far as it is known.
  ///   - error: what JIRA said.
  ///   - updated: when it was changed, in milliseconds since 1970.
  init(id: String, key: String?, error: JiraError, updated: Int64? = nil) {
    issueID = id
    self.updated = updated
    text = "\(key ?? "issue \(id)")\(Self.sign)" + Self.reason(error)
  }

  private static func reason(_ error: JiraError) -> String {
    let said = error.messages.joined(separator: "; ")
    switch error.kind {
    case .forbidden:
      return """
        this account may not see it (403). Give the account the permission Browse projects and the issue's security level, \
        or unlink the row: jira-sync unlink ROW. The next sweep tries again.
        """
    case .unreadable:
      return """
        \(said). A text of it, such as JIRA's Description, has lists or tables one inside the other: make them flatter in JIRA, \
        or unlink the row: jira-sync unlink ROW. The next sweep tries again.
        """
    default:
      return """
        \(error.endpoint) answered \(error.status.map { "\($0)" } ?? "nothing")\(said.isEmpty ? "" : ": " + said). Other issues \
        can be read. Open it in JIRA, or unlink the row: jira-sync unlink ROW. The next sweep tries again.
        """
    }
  }

  /// Notes it at the links, and tells people what is news.
  static func noting(_ issues: [UnreadIssue]) -> SQL {
    """
    with noted as (
      update jira_sync.links as l
      set last_error = u.error,
        issue_updated = coalesce(to_timestamp(u.updated::float8 / 1000), l.issue_updated)
      from unnest(
        \(issues.map(\.issueID))::text[], \(issues.map(\.text))::text[], \(issues.map(\.updated))::bigint[])
        as u(issue_id, error, updated)
      inner join jira_sync.links as o on o.issue_id = u.issue_id and o.state = 'linked'
      where l.id = o.id
      returning l.id, l.label, l.table_name, l.row_id, l.issue_key, l.last_error,
        o.last_error is distinct from u.error as is_news
    )
    select jira_sync.emit(
      'row_refused', 'warning', 'unread:' || n.id, n.label, n.last_error, 'The other rows go on.',
      n.row_id, n.issue_key, table_name => n.table_name)
    from noted as n where n.is_news
    """
  }
}
