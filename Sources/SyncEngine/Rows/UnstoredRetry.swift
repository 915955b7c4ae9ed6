import Planning
import Postgres

/// Sends again once a day what JIRA did not store.
enum UnstoredRetry {
  /// Enqueues the rows whose values are due; a row that was synced within the day has tried by itself.
  static let enqueuing: SQL = """
    insert into jira_sync.jobs (kind, table_name, row_id)
    select 'sync', l.table_name, l.row_id
    from jira_sync.links as l
    where l.state = 'linked' and l.last_error is not null
      and exists (
        select from jsonb_each(l.base -> 'fields') as f (name, value)
        where (f.value -> 'unstored' ->> 'at')::float8
          <= extract(epoch from clock_timestamp()) - \(UnstoredValue.retryAfter)::float8)
      and not exists (
        select from jira_sync.jobs as j where j.key = 'row:' || l.table_name || ':' || l.row_id)
      and not exists (
        select from jira_sync.job_history as h
        where h.table_name = l.table_name and h.row_id = l.row_id
          and h.finished_at > clock_timestamp() - make_interval(secs => \(UnstoredValue.retryAfter)::float8))
    """
}
