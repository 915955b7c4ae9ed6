import JSON
import JobQueue
import Planning
import Postgres

/// The statements about sweeps.
enum SweepStore {
  /// A link whose issue a sweep looks for.
  struct Known: Sendable, Hashable {
    var linkID: Int64
    var rowKey: RowKey
    var label: String
    var issueID: String
    var issueKey: String
    var isGone: Bool
    var missedSweeps: Int
    /// Whether the issue could not be read the last time.
    var isUnread: Bool
  }

  /// All links with an issue.
  static func known(_ database: PostgresClient) async throws -> [Known] {
    try await database.query(
      """
      select id, table_name, row_id, label, issue_id, issue_key, state = 'issue_gone' as gone, missed_sweeps,
        coalesce(strpos(last_error, \(UnreadIssue.sign)) > 0, false) as unread
      from jira_sync.links
      where state in ('linked', 'issue_gone') and issue_id is not null
      order by id
      """, doing: "reading which issues are linked"
    ).rows.map { row in
      Known(
        linkID: try row.get("id"),
        rowKey: RowKey(table: try row.get("table_name"), id: try row.get("row_id")),
        label: try row.get("label"), issueID: try row.get("issue_id"),
        issueKey: try row.get("issue_key", as: String?.self) ?? "?", isGone: try row.get("gone"),
        missedSweeps: try row.get("missed_sweeps"), isUnread: try row.get("unread"))
    }
  }

  /// Issues that were missed before are there.
  static func found(_ links: [Known]) -> SQL {
    """
    update jira_sync.links set missed_sweeps = 0
    where id = any(\(links.map(\.linkID))::bigint[]) and missed_sweeps > 0
    """
  }

  /// Issues that were taken for gone are there: their rows are synced again.
  static func relinked(_ links: [Known]) -> [SQL] {
    let rows = links.map(\.rowKey)
    return [PollStore.relinking(rows), RowStore.enqueuing(kind: "sync", rows: rows)]
  }

  /// Issues have another key: links follow, and rows are to name it.
  static func moved(_ links: [(link: Known, key: String)]) -> [SQL] {
    [
      """
      update jira_sync.links as l set issue_key = u.key
      from unnest(\(links.map(\.link.linkID))::bigint[], \(links.map(\.key))::text[]) as u(id, key)
      where l.id = u.id
      """,
      RowStore.enqueuing(kind: "pull", rows: links.map(\.link.rowKey)),
    ]
  }

  /// Issues were not found once more.
  static func missed(_ links: [Known]) -> SQL {
    """
    update jira_sync.links set missed_sweeps = missed_sweeps + 1
    where id = any(\(links.map(\.linkID))::bigint[]) and state = 'linked'
    """
  }

  /// Two sweeps in a row say that an issue is gone.
  static func gone(_ link: Known, policy: DeletionPolicy) -> [SQL] {
    let state = policy == .unlink ? "unlinked" : "issue_gone"
    return [
      """
      update jira_sync.links
      set state = \(state), last_error = \(link.issueKey + " was deleted, or moved out of sight")
      where id = \(link.linkID) and state = 'linked'
      """,
      """
      select jira_sync.emit(
        'row_refused', 'warning', 'issue_gone:' || \(link.linkID)::bigint, \(link.label),
        \(link.issueKey)::text || ', the issue of ' || \(link.label)::text
          || ', was deleted in JIRA or moved out of sight: two sweeps did not find it.',
        'Nothing is made anew by itself. To get another issue: jira-sync unlink, then jira-sync link.',
        \(link.rowKey.id), \(link.issueKey), table_name => \(link.rowKey.table))
      """,
    ]
  }

  /// Notes how a sweep ended.
  ///
  /// - Parameters:
  ///   - project: the project.
  ///   - missed: how many issues were not found.
  ///   - objection: why nothing of that was believed.
  /// - Returns: the statements.
  static func finishing(project: String, missed: Int, objection: String?) -> [SQL] {
    let noting: SQL = """
      insert into jira_sync.polls as p (project_key, swept_at, sweep_error, issues_missed)
      values (\(project), clock_timestamp(), \(objection), \(missed))
      on conflict (project_key) do update
      set swept_at = case when excluded.sweep_error is null then excluded.swept_at else p.swept_at end,
        sweep_error = excluded.sweep_error, issues_missed = excluded.issues_missed
      """
    guard let objection else {
      return [
        noting,
        """
        select jira_sync.resolve_event('poller_behind', 'sweep:' || \(project)::text, 'the sweep found what is linked')
        """,
      ]
    }
    return [
      noting,
      """
      select jira_sync.emit(
        'poller_behind', 'error', 'sweep:' || \(project)::text, 'sweep of project ' || \(project)::text, \(objection),
        'Nothing was changed. The next sweep checks again.')
      """,
    ]
  }
}
