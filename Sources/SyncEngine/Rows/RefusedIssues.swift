import Jira
import JobQueue
import Postgres

/// Rows whose issue JIRA refuses as a whole: archived, closed for editing, or not permitted to this account.
///
/// No change of row or mapping lifts that, and neither does it count as an update of the issue. So after a poll one such row is
/// tried again, and once it works, all of them; a sweep tries all.
enum RefusedIssues {
  /// Marks the job that finds out whether JIRA takes changes again.
  static let probe = "probe"

  /// Notes for rows whether JIRA refuses their issue as a whole.
  ///
  /// - Parameters:
  ///   - rows: the rows.
  ///   - isRefused: whether it does.
  /// - Returns: the statement.
  static func noting(_ rows: [RowKey], isRefused: Bool) -> SQL {
    """
    update jira_sync.links
    set refused_since = case when \(isRefused) then coalesce(refused_since, clock_timestamp()) end
    where \(RowStore.isAmong(rows)) and state <> 'row_gone'
      and (refused_since is null) = \(isRefused)
    """
  }

  /// Enqueues one row that is to find out whether JIRA takes changes again, where none does so yet.
  ///
  /// The longer it lasts, the less often it is tried, but at least once a minute.
  static let probing: SQL = """
    insert into jira_sync.jobs (kind, table_name, row_id, priority, args)
    select 'sync', l.table_name, l.row_id, \(FullSyncHandler.priority)::integer, jsonb_build_object(\(probe)::text, true)
    from jira_sync.links as l
    where l.refused_since is not null and l.state in ('linked', 'creating')
      and not exists (
        select from jira_sync.jobs as j
        where j.state in ('ready', 'running') and j.args ? \(probe)::text and j.kind = 'sync')
      and not exists (
        select from jira_sync.job_history as h
        where h.table_name = l.table_name and h.row_id = l.row_id
          and h.finished_at > clock_timestamp()
            - least((clock_timestamp() - l.refused_since) / 4, interval '1 minute'))
    order by random() limit 1
    """

  /// Enqueues all of them.
  static let retrying: SQL = """
    insert into jira_sync.jobs (kind, table_name, row_id, priority)
    select 'sync', l.table_name, l.row_id, \(FullSyncHandler.priority)::integer
    from jira_sync.links as l
    where l.refused_since is not null and l.state in ('linked', 'creating')
      and not exists (
        select from jira_sync.jobs as j
        where j.state = 'ready' and j.key = 'row:' || l.table_name || ':' || l.row_id)
    """
}

extension JiraError {
  /// Whether JIRA refused what was asked for as a whole, and named no field that it is about.
  var concernsWholeIssue: Bool {
    guard fieldErrors.isEmpty, status != 413 else { return false }
    switch kind {
    case .invalid, .forbidden, .notFound, .gone: return true
    default: return false
    }
  }

  /// Whether JIRA refused a creation for a reason that no column has to do with.
  var concernsWholeCreation: Bool {
    let places: Set = ["project", "issuetype"]
    guard !fieldErrors.isEmpty else { return concernsWholeIssue }
    return kind == .invalid && Set(fieldErrors.keys).isSubset(of: places)
  }
}
