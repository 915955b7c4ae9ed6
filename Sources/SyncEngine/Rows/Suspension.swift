import JobQueue
import Postgres
import SyncConfiguration

/// Suspends fields that keep changing sides.
enum Suspension {
  /// Why a field is suspended.
  static func text(sideChanges count: Int, limits: OscillationLimits) -> String {
    let minutes = Int((limits.within.inSeconds / 60).rounded(.up))
    return """
      changed sides \(count) times within \(minutes) minutes, so it is left alone for as long: something answers every \
      write. Find out what, then: select jira_sync.resume_field(…)
      """
  }

  /// Records which fields are suspended, and emits an event for each.
  static func suspending(
    _ fields: [(rowKey: RowKey, label: String, key: String, field: String, sideChanges: Int)],
    limits: OscillationLimits
  ) -> SQL {
    """
    with suspended as (
      insert into jira_sync.suspended_fields as p (
        table_name, row_id, field, issue_key, side_changes, suspended_until)
      select u.table_name, u.row_id, u.field, u.key, u.side_changes,
        clock_timestamp() + make_interval(secs => \(limits.within.inSeconds)::float8)
      from unnest(
        \(fields.map(\.rowKey.table))::text[], \(fields.map(\.rowKey.id))::text[], \(fields.map(\.field))::text[],
        \(fields.map(\.key))::text[], \(fields.map(\.sideChanges))::integer[])
        as u(table_name, row_id, field, key, side_changes)
      on conflict (table_name, row_id, field) do update
      set side_changes = excluded.side_changes, suspended_at = clock_timestamp(), suspended_until = excluded.suspended_until
      returning p.*
    )
    select jira_sync.emit(
      'breaker_tripped', 'error', 'breaker:' || p.table_name || ':' || p.row_id || ':' || p.field, u.label,
      p.field || ' of ' || u.label || ' and ' || p.issue_key || ' changed sides ' || p.side_changes
        || ' times: something answers every write of jira-sync. The field is left alone until '
        || to_char(p.suspended_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC; the others go on.',
      'Find the automation in JIRA or the trigger on ' || p.table_name || ' that changes it back, then: '
        || 'select jira_sync.resume_field(' || quote_literal(p.row_id) || ', ' || quote_literal(p.field)
        || case when p.table_name <> \(RowKey.standardTable) then ', ' || quote_literal(p.table_name) else '' end || ')',
      p.row_id, p.issue_key, null, jsonb_build_object('field', p.field, 'side_changes', p.side_changes),
      p.table_name)
    from suspended as p
    inner join unnest(
      \(fields.map(\.rowKey.table))::text[], \(fields.map(\.rowKey.id))::text[], \(fields.map(\.field))::text[], \(fields.map(\.label))::text[])
      as u(table_name, row_id, field, label)
      on u.table_name = p.table_name and u.row_id = p.row_id and u.field = p.field
    """
  }
}
