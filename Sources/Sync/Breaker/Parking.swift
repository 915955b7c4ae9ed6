import Postgres

/// Leaves fields alone that go to and fro.
enum Parking {
  /// Why a field is left alone from now on.
  static func text(turns: Int, limits: BreakerLimits) -> String {
    let minutes = Int((limits.within.inSeconds / 60).rounded(.up))
    return """
      changed sides \(turns) times within \(minutes) minutes, so it is left alone for as long: something answers every \
      write. Find out what, then: select jira_sync.unpark(…)
      """
  }

  /// Notes which fields are left alone, and tells people.
  static func parking(
    _ fields: [(rowID: Int64, path: String, key: String, field: String, turns: Int)],
    limits: BreakerLimits
  ) -> SQL {
    """
    with parked as (
      insert into jira_sync.parked_fields as p (file_audit_id, field, issue_key, turns, parked_until)
      select u.row_id, u.field, u.key, u.turns,
        clock_timestamp() + make_interval(secs => \(limits.within.inSeconds)::float8)
      from unnest(
        \(fields.map(\.rowID))::bigint[], \(fields.map(\.field))::text[],
        \(fields.map(\.key))::text[], \(fields.map(\.turns))::integer[]) as u(row_id, field, key, turns)
      on conflict (file_audit_id, field) do update
      set turns = excluded.turns, parked_at = clock_timestamp(), parked_until = excluded.parked_until
      returning p.*
    )
    select jira_sync.emit(
      'breaker_tripped', 'error', 'breaker:' || p.file_audit_id || ':' || p.field, u.path,
      p.field || ' of ' || u.path || ' and ' || p.issue_key || ' changed sides ' || p.turns
        || ' times: something answers every write of jira-sync. The field is left alone until '
        || to_char(p.parked_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC; the others go on.',
      'Find the automation in JIRA or the trigger on file_audit that changes it back, then: select jira_sync.unpark('
        || p.file_audit_id || ', ' || quote_literal(p.field) || ')',
      p.file_audit_id, p.issue_key, null, jsonb_build_object('field', p.field, 'turns', p.turns))
    from parked as p
    inner join unnest(
      \(fields.map(\.rowID))::bigint[], \(fields.map(\.field))::text[], \(fields.map(\.path))::text[])
      as u(row_id, field, path) on u.row_id = p.file_audit_id and u.field = p.field
    """
  }
}
