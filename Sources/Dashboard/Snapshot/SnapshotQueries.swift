import JobQueue
import Postgres

/// The statements of a snapshot: all of them go out together, in one round trip and one transaction.
enum SnapshotQueries {
  /// Nothing is written, and no statement of others waits for these.
  static let settings: SQL = """
    select
      set_config('statement_timeout', '3000', true), set_config('lock_timeout', '1000', true),
      set_config('transaction_read_only', 'on', true), set_config('jit', 'off', true)
    """

  static let overview: SQL = """
    select
      extract(epoch from clock_timestamp())::float8 as now,
      s.base_url, s.project_key,
      extract(epoch from c.paused_at)::float8 as paused_at, c.pause_reason,
      b.state as circuit, b.cause, b.reason, extract(epoch from b.since)::float8 as since, b.opened_by,
      b.opened_count, extract(epoch from b.next_probe_at)::float8 as next_probe_at, b.probes,
      (
        select count(*) from jira_sync.conflicts as k where k.winner = 'open' and k.resolved_at is null
      ) as open_conflicts,
      w.alive, w.asleep
    from jira_sync.control as c
    left join jira_sync.site as s on true
    left join jira_sync.circuit as b on true
    cross join lateral (
      select count(*) as alive, count(*) filter (where asleep) as asleep
      from jira_sync.workers where seen_at + greatest(lease, interval '15 s') > clock_timestamp()
    ) as w
    """

  static let queue: SQL = """
    select
      kind,
      count(*) filter (where state = 'ready' and run_at <= now()) as due,
      count(*) filter (where state = 'ready' and run_at > now()) as later,
      count(*) filter (where state = 'running') as running,
      count(*) filter (where state = 'dead') as dead,
      extract(epoch from min(run_at) filter (where state = 'ready' and run_at <= now()))::float8 as oldest_due
    from jira_sync.jobs
    group by kind
    order by kind
    """

  static let links: SQL = """
    select state, count(*) as count, count(last_error) as errors
    from jira_sync.links
    group by state
    """

  static let limits: SQL = """
    select
      scope, rate, refusals,
      case when day = (now() at time zone 'UTC')::date then calls_today else 0 end as calls_today,
      case when blocked_until > now() then extract(epoch from blocked_until)::float8 end as blocked_until,
      reason
    from jira_sync.rate_limits
    where scope = 'site' or blocked_until > now()
    order by scope
    limit 20
    """

  static let polls: SQL = """
    select
      project_key,
      watermark / 1000.0::float8 as watermark,
      extract(epoch from last_finished_at)::float8 as finished_at,
      extract(epoch from failing_since)::float8 as failing_since, left(last_error, 500) as last_error,
      extract(epoch from swept_at)::float8 as swept_at, left(sweep_error, 500) as sweep_error, issues_missed
    from jira_sync.polls
    order by project_key
    limit 20
    """

  static let schedules: SQL = """
    select
      name, kind, cron, scheduler,
      extract(epoch from last_run)::float8 as last_run,
      extract(epoch from next_run)::float8 as next_run,
      last_outcome, missed, extract(epoch from last_missed_at)::float8 as last_missed_at
    from jira_sync.schedule_list
    order by name
    limit 50
    """

  static let workers: SQL = """
    select
      w.incarnation::text as incarnation, w.name, w.concurrency, w.asleep,
      w.seen_at + w.lease < clock_timestamp() and coalesce(r.running, 0) > 0
        or w.seen_at + greatest(w.lease, interval '15 s') < clock_timestamp() as lost,
      coalesce(r.running, 0) as running,
      extract(epoch from w.started_at)::float8 as started_at,
      extract(epoch from w.seen_at)::float8 as seen_at
    from jira_sync.workers as w
    left join (
      select j.worker, count(*) as running from jira_sync.jobs as j where j.state = 'running' group by j.worker
    ) as r on r.worker = w.incarnation
    order by w.name, w.started_at
    limit 100
    """

  static let conflicts: SQL = """
    select
      c.id, extract(epoch from c.at)::float8 as at,
      c.table_name, c.row_id, f.file_number as row_number, coalesce(f.file_path, l.label) as label,
      coalesce(c.issue_key, l.issue_key) as issue_key, c.field, c.reason,
      left(c.row_value #>> '{}', 300) as row_value, left(c.issue_value #>> '{}', 300) as issue_value
    from jira_sync.conflicts as c
    left join public.file_audit as f on \(isRow(of: "c"))
    left join jira_sync.links as l on l.table_name = c.table_name and l.row_id = c.row_id and l.state <> 'row_gone'
    where c.winner = 'open' and c.resolved_at is null
    order by c.at desc
    limit \(Snapshot.Details.limit)::integer
    """

  static let dead: SQL = """
    select
      d.id, d.kind, d.attempt, d.crashes, left(d.last_error, 600) as error,
      d.table_name, d.row_id, f.file_number as row_number, coalesce(f.file_path, l.label) as label,
      (
        select extract(epoch from max(h.finished_at))::float8 from jira_sync.job_history as h where h.id = d.id
      ) as died_at
    from (
      select * from jira_sync.jobs where state = 'dead' order by id desc limit \(Snapshot.Details.limit)::integer
    ) as d
    left join public.file_audit as f on \(isRow(of: "d"))
    left join jira_sync.links as l on l.table_name = d.table_name and l.row_id = d.row_id and l.state <> 'row_gone'
    order by d.id desc
    """

  static let linkErrors: SQL = """
    select
      e.table_name, e.row_id, f.file_number as row_number, coalesce(f.file_path, e.label) as label,
      e.issue_key, e.state, left(e.last_error, 600) as error, extract(epoch from e.at)::float8 as at
    from (
      select *, greatest(attempted_at, synced_at, created_at) as at
      from jira_sync.links
      where last_error is not null and state <> 'row_gone'
      order by at desc
      limit \(Snapshot.Details.limit)::integer
    ) as e
    left join public.file_audit as f on \(isRow(of: "e"))
    order by e.at desc
    """

  static let changes: SQL = """
    select
      extract(epoch from c.at)::float8 as at,
      c.table_name, c.row_id, f.file_number as row_number, coalesce(f.file_path, l.label) as label,
      c.issue_key, c.side, c.field, c.cause,
      left(c.old_value #>> '{}', 160) as old_value, left(c.new_value #>> '{}', 160) as new_value
    from (
      select * from jira_sync.changes order by id desc limit \(Snapshot.Details.limit)::integer
    ) as c
    left join public.file_audit as f on \(isRow(of: "c"))
    left join jira_sync.links as l on l.table_name = c.table_name and l.row_id = c.row_id and l.state <> 'row_gone'
    order by c.id desc
    """

  static let events: SQL = """
    select
      extract(epoch from at)::float8 as at, kind, severity, left(subject, 200) as subject,
      left(message, 400) as message, resolves
    from jira_sync.events
    order by id desc
    limit 12
    """

  /// The condition that `f`, a row of `file_audit`, is the one that a record of ours is about.
  private static func isRow(of alias: String) -> SQL {
    SQL(
      unescaped: """
        f.id = case when \(alias).table_name = '\(RowKey.standardTable)' and \(alias).row_id ~ '^-?[0-9]{1,18}$'
          then \(alias).row_id::bigint end
        """)
  }

  /// What metrics and page need.
  static let counts = [settings, overview, queue, links, limits, polls, schedules]
  /// What the page needs besides.
  static let details = [workers, conflicts, dead, linkErrors, changes, events]
}
