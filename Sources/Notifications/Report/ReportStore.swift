import Postgres

/// Reads what a report is made of.
public struct ReportStore: Sendable {
  private let connection: PostgresConnection

  /// Reads through a connection.
  ///
  /// - Parameter connection: an open one.
  public init(_ connection: PostgresConnection) { self.connection = connection }

  /// Makes the report of the time that has just passed.
  ///
  /// - Parameter period: how long.
  /// - Returns: the report.
  /// - Throws: `PostgresError`.
  public func report(of period: Duration) async throws -> Report {
    let seconds = Double(period.components.seconds)
    let since: SQL = "(clock_timestamp() - make_interval(secs => \(seconds)::float8))"
    let results = try await connection.pipeline(
      [
        Self.totals(since), Self.days(since), Self.shares("layer", since),
        Self.shares("workflow", since),
        Self.failures(since), Self.conflicts(since), Self.oldest,
      ], doing: "reading what happened")
    var report = try Self.totals(results[0].one)
    report.days = try results[1].rows.map { row in
      Report.Day(
        date: try row.get("day"), created: try row.get("created"), toJira: try row.get("to_jira"),
        toRows: try row.get("to_rows"), open: try row.get("open"))
    }
    report.layers = try results[2].rows.map(Self.share)
    report.moreLayers = try Self.more(results[2].rows)
    report.workflows = try results[3].rows.map(Self.share)
    report.moreWorkflows = try Self.more(results[3].rows)
    report.failures = try results[4].rows.map { row in
      Report.Failure(
        outcome: try row.get("outcome"), example: try row.get("example"),
        count: try row.get("count"), last: try row.get("last"))
    }
    report.moreFailures = try Self.more(results[4].rows)
    report.conflicts = try results[5].rows.map { row in
      Report.Conflicts(
        field: try row.get("field"), rowWon: try row.get("row_won"),
        jiraWon: try row.get("jira_won"), byHand: try row.get("by_hand"), open: try row.get("open"))
    }
    report.oldest = try results[6].rows.map { row in
      Report.Oldest(
        label: try row.get("label", as: String?.self) ?? "?",
        issueKey: try row.get("issue_key", as: String?.self),
        debt: try row.get("debt", as: String?.self) ?? "",
        since: try row.get("since", as: Double?.self))
    }
    return report
  }

  private static func totals(_ row: PostgresRow) throws -> Report {
    var report = Report(from: try row.get("starts"), to: try row.get("ends"))
    report.site = try row.get("site", as: String?.self)
    report.project = try row.get("project", as: String?.self)
    report.rows = try row.get("rows")
    report.open = try row.get("open")
    report.openBefore = try row.get("open_before")
    report.waiting = try row.get("waiting")
    report.closedReason = try row.get("closed_reason", as: String?.self)
    report.linked = try row.get("linked")
    report.withError = try row.get("with_error")
    report.created = try row.get("created")
    report.issuesUpdated = try row.get("issues_updated")
    report.rowsUpdated = try row.get("rows_updated")
    report.runs = try row.get("runs")
    report.dead = try row.get("dead")
    report.toJira = Report.Speed(
      count: try row.get("push_count"), median: try row.get("push_median", as: Double?.self),
      p95: try row.get("push_p95", as: Double?.self))
    report.toRow = Report.Speed(
      count: try row.get("pull_count"), median: try row.get("pull_median", as: Double?.self),
      p95: try row.get("pull_p95", as: Double?.self))
    report.calls = Report.Calls(
      today: try row.get("calls_today"), refusals: try row.get("refusals"),
      outages: try row.get("outages"))
    return report
  }

  /// How many a list leaves out, whose rows each say how many there are in all.
  private static func more(_ rows: [PostgresRow]) throws -> Int {
    try (rows.first?.get("in_all") ?? 0) - rows.count
  }

  private static func share(_ row: PostgresRow) throws -> Report.Share {
    Report.Share(
      name: try row.get("name"), open: try row.get("open"), before: try row.get("before"))
  }

  /// What is one number for the whole period.
  ///
  /// A change's way begins when its job is enqueued, which the trigger does in the change's transaction, or the poller when
  /// it has found the change. What people and schedules ask for, the kind `sync`, waits for its turn and is no change.
  ///
  /// An issue was made here where its link has a marker: one that was linked by hand or adopted has none.
  private static func totals(_ since: SQL) -> SQL {
    """
    select
      extract(epoch from \(since))::float8 as starts,
      extract(epoch from clock_timestamp())::float8 as ends,
      (select base_url from jira_sync.site) as site,
      (select project_key from jira_sync.site) as project,
      (select count(*) from public.file_audit) as rows,
      s.open, s.open_before,
      (select count(*) from jira_sync.jobs
        where state = 'ready' and kind in ('push', 'pull', 'sync') and run_at < clock_timestamp() - interval '1 minute')
        as waiting,
      (select coalesce(reason, 'the reason is not known') from jira_sync.circuit where state <> 'closed') as closed_reason,
      (select count(*) from jira_sync.links where state = 'linked') as linked,
      (select count(*) from jira_sync.links where last_error is not null and state <> 'row_gone') as with_error,
      (select count(*) from jira_sync.links
        where issue_id is not null and marker is not null and attempted_at >= \(since)) as created,
      (select count(distinct (table_name, row_id)) from jira_sync.changes
        where side = 'jira' and at >= \(since) and cause is distinct from 'created')
        as issues_updated,
      (select count(distinct (table_name, row_id)) from jira_sync.changes
        where side = 'row' and at >= \(since) and cause is distinct from 'created')
        as rows_updated,
      (select count(*) from jira_sync.jobs where state = 'dead') as dead,
      h.*,
      (select coalesce(sum(calls_today), 0) from jira_sync.rate_limits
        where scope = 'site' and day = (now() at time zone 'UTC')::date) as calls_today,
      (select coalesce(sum(refusals), 0)::bigint from jira_sync.rate_limits) as refusals,
      (select count(*) from jira_sync.events where kind = 'circuit_opened' and at >= \(since)) as outages
    from (
      select count(*) filter (where closed_at is null) as open,
        count(*) filter (where opened_at < \(since) and (closed_at is null or closed_at >= \(since))) as open_before
      from jira_sync.debt_spans()
    ) as s
    cross join (
      select
        count(*) filter (where kind not in ('notify', 'report', 'noop')) as runs,
        count(*) filter (where outcome = 'done' and kind = 'push') as push_count,
        percentile_cont(0.5) within group (order by extract(epoch from finished_at - enqueued_at))
          filter (where outcome = 'done' and kind = 'push') as push_median,
        percentile_cont(0.95) within group (order by extract(epoch from finished_at - enqueued_at))
          filter (where outcome = 'done' and kind = 'push') as push_p95,
        count(*) filter (where outcome = 'done' and kind = 'pull') as pull_count,
        percentile_cont(0.5) within group (order by extract(epoch from finished_at - enqueued_at))
          filter (where outcome = 'done' and kind = 'pull') as pull_median,
        percentile_cont(0.95) within group (order by extract(epoch from finished_at - enqueued_at))
          filter (where outcome = 'done' and kind = 'pull') as pull_p95
      from jira_sync.job_history where finished_at >= \(since)
    ) as h
    """
  }

  /// Each day of UTC, whatever the zone of the session; what lies before the first one counts as of that day's beginning.
  private static func days(_ since: SQL) -> SQL {
    """
    with days as (
      select g as day
      from generate_series(
        date_trunc('day', \(since) at time zone 'UTC'), clock_timestamp() at time zone 'UTC', '1 day') as g
    ),
    spans as (
      select greatest(date_trunc('day', s.opened_at at time zone 'UTC'), f.day) as opened,
        case when s.closed_at is not null then greatest(date_trunc('day', s.closed_at at time zone 'UTC'), f.day) end
          as closed
      from jira_sync.debt_spans() as s
      cross join (select min(day) as day from days) as f
    ),
    moves as (
      select m.day, sum(m.step) as step
      from (
        select opened as day, 1 as step from spans
        union all
        select closed, -1 from spans where closed is not null
      ) as m
      group by m.day
    ),
    created as (
      select date_trunc('day', attempted_at at time zone 'UTC') as day, count(*) as issues
      from jira_sync.links where issue_id is not null and marker is not null and attempted_at >= \(since)
      group by 1
    ),
    changed as (
      select date_trunc('day', at at time zone 'UTC') as day,
        count(*) filter (where side = 'jira') as to_jira, count(*) filter (where side = 'row') as to_rows
      from jira_sync.changes where at >= \(since)
      group by 1
    )
    select to_char(d.day, 'YYYY-MM-DD') as day, coalesce(n.issues, 0) as created,
      coalesce(c.to_jira, 0) as to_jira, coalesce(c.to_rows, 0) as to_rows,
      (sum(coalesce(m.step, 0)) over (order by d.day))::bigint as open
    from days as d
    left join created as n on n.day = d.day
    left join changed as c on c.day = d.day
    left join moves as m on m.day = d.day
    order by d.day
    """
  }

  /// Open debt, now and at the beginning, by layer or by workflow.
  private static func shares(_ what: String, _ since: SQL) -> SQL {
    """
    select n.name,
      count(*) filter (where s.closed_at is null) as open,
      count(*) filter (where s.opened_at < \(since)
        and (s.closed_at is null or s.closed_at >= \(since))) as before,
      count(*) over () as in_all
    from jira_sync.debt_spans() as s
    cross join lateral (
      select s.layer as name where \(what) = 'layer'
      union all
      select distinct w.name from jsonb_array_elements_text(s.workflows) as w (name)
      where \(what) = 'workflow' and w.name is not null
    ) as n
    group by n.name
    having count(*) filter (where s.closed_at is null) > 0
      or count(*) filter (where s.opened_at < \(since) and s.closed_at >= \(since)) > 0
    order by open desc, n.name
    limit 30
    """
  }

  private static func failures(_ since: SQL) -> SQL {
    """
    select outcome, count(*) as count, (array_agg(left(error, 500) order by finished_at desc))[1] as example,
      extract(epoch from max(finished_at))::float8 as last, count(*) over () as in_all
    from jira_sync.job_history
    where finished_at >= \(since) and outcome in ('refused', 'dead', 'retry', 'crashed') and error is not null
      and kind <> 'notify'
    group by outcome, jira_sync.error_pattern(error)
    order by count desc, last desc
    limit 15
    """
  }

  private static func conflicts(_ since: SQL) -> SQL {
    """
    select field,
      count(*) filter (where winner = 'row' and resolved_by is null) as row_won,
      count(*) filter (where winner = 'jira' and resolved_by is null) as jira_won,
      count(*) filter (where resolved_by is not null) as by_hand,
      count(*) filter (where winner = 'open' and resolved_at is null) as open
    from jira_sync.conflicts
    where at >= \(since) or (winner = 'open' and resolved_at is null)
    group by field order by open desc, count(*) desc, field
    """
  }

  private static let oldest: SQL = """
    select label, issue_key, left(split_part(debt_text, E'\\n', 1), 200) as debt,
      extract(epoch from linked_at)::float8 as since
    from jira_sync.debt_spans() where closed_at is null
    order by linked_at nulls first, table_name, row_id
    limit 10
    """
}
