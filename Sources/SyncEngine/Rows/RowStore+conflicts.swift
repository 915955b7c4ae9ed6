import JSON
import Jira
import JobQueue
import Mapping
import Planning
import Postgres

extension RowStore {
  /// Records values of which only one could stay, and tells people of those that wait for them.
  static func recording(_ conflicts: [(of: Reconciliation, conflict: FieldConflict)]) -> SQL {
    let authors = conflicts.map { $0.of.author(of: $0.conflict.field) }
    return """
      with recorded as (
        insert into jira_sync.conflicts (
          table_name, row_id, issue_key, field, columns, base, row_value, issue_value, policy, reason, winner,
          job_id, issue_author, issue_author_at)
        select u.table_name, u.row_id, u.key, u.field, string_to_array(u.columns, ','), u.base::jsonb, u.row::jsonb,
          u.issue::jsonb, u.policy, u.reason, u.winner, u.job,
          u.author, to_timestamp(u.author_at)
        from unnest(
          \(conflicts.map(\.of.item.rowKey.table))::text[], \(conflicts.map(\.of.item.rowKey.id))::text[], \(conflicts.map(\.of.issue.key))::text[],
          \(conflicts.map(\.conflict.field))::text[],
          \(conflicts.map { $0.conflict.columns.joined(separator: ",") })::text[],
          \(conflicts.map { $0.conflict.base?.plainJSON.text })::text[],
          \(conflicts.map(\.conflict.row.plainJSON.text))::text[],
          \(conflicts.map(\.conflict.issue.plainJSON.text))::text[],
          \(conflicts.map(\.conflict.policy.rawValue))::text[],
          \(conflicts.map(\.conflict.reason.rawValue))::text[],
          \(conflicts.map(\.conflict.winnerName))::text[],
          \(conflicts.map(\.of.item.job.id))::bigint[],
          \(authors.map { $0?.name })::text[], \(authors.map { $0?.seconds })::float8[])
          as u(table_name, row_id, key, field, columns, base, row, issue, policy, reason, winner, job, author, author_at)
        where u.winner <> 'open' or not exists (
          select from jira_sync.conflicts as c
          where c.table_name = u.table_name and c.row_id = u.row_id and c.field = u.field and c.winner = 'open'
            and c.resolved_at is null and c.row_value is not distinct from u.row::jsonb
            and c.issue_value is not distinct from u.issue::jsonb)
        returning *
      )
      select jira_sync.emit(
        'conflict', 'warning', 'conflict:' || d.table_name || ':' || d.row_id || ':' || d.field,
        coalesce(d.issue_key, d.table_name || ':' || d.row_id),
        array_to_string(d.columns, ', ') || ': ' || case d.reason
            when 'formatting' then 'JIRA''s text has formatting that cannot be written back'
            when 'cut' then 'JIRA holds only the beginning of the row''s text, and it was edited there'
            when 'first_meeting' then 'row and issue meet for the first time and differ'
            else 'both sides were changed'
          end
          || '. The row says ' || left(coalesce(d.row_value::text, 'nothing'), 300) || ', ' || coalesce(d.issue_key, 'JIRA')
          || ' says ' || left(coalesce(d.issue_value::text, 'nothing'), 300)
          || '. Neither is written until a user decides; the other fields go on.',
        'jira-sync conflicts resolve ' || d.id || ' --row, --jira or --value',
        d.row_id, d.issue_key, d.job_id, jsonb_build_object('conflict', d.id, 'field', d.field), d.table_name)
      from recorded as d
      where d.winner = 'open'
      """
  }

  /// Ends conflicts that were decided, or that need no decision any more.
  static func closing(_ closings: [ConflictClosing]) -> SQL {
    """
    with closed as (
      update jira_sync.conflicts as c
      set winner = case u.how when 'applied' then c.resolution else c.winner end,
        resolution = case u.how when 'applied' then c.resolution else u.how end,
        resolved_at = coalesce(c.resolved_at, clock_timestamp()),
        resolved_by = coalesce(c.resolved_by, 'jira-sync'), applied_at = clock_timestamp()
      from unnest(
        \(closings.map(\.id))::bigint[], \(closings.map { "\($0.end)" })::text[]) as u(id, how)
      where c.id = u.id and c.applied_at is null
      returning c.table_name, c.row_id, c.field, c.resolution
    )
    select jira_sync.resolve_event(
      'conflict', 'conflict:' || c.table_name || ':' || c.row_id || ':' || c.field, 'both sides say the same')
    from closed as c
    where c.resolution = 'agreed'
    """
  }
}

extension FieldConflict {
  /// The winner as `jira_sync.conflicts` names it.
  var winnerName: String {
    switch winner {
    case .row: "row"
    case .issue: "jira"
    case nil: "open"
    }
  }
}
