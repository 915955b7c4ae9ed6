import FoundationEssentials
import JSON
import Jira
import JobQueue
import Planning
import Postgres

/// The statements about polls.
enum PollStore {
  /// How far a project was polled.
  struct State: Sendable {
    /// The newest `updated` that was seen, in milliseconds since 1970.
    var watermark: Int64?
    /// Whether the stored one lay ahead of JIRA's clock, so that it is made anew.
    var isAhead = false
    /// Whether the site understands absolute times; nil until that was tried.
    var hasAbsoluteTime: Bool?
    /// The `updated` of the linked issue that was read longest ago, where there is no watermark yet.
    var oldestKnown: Int64?
    /// A linked issue to try searches with, where that was not done yet.
    var sample: String?
  }

  /// An issue as the search shows it.
  struct Seen: Sendable {
    var id: String
    var key: String
    var updated: Int64?
  }

  /// A linked issue that changed since it was last read.
  struct Candidate: Sendable {
    var rowKey: RowKey
    var issueID: String
    var issueKey: String?
    var updated: Int64?
    var isGone: Bool
    var base: Base?
    var suspended: Set<String>
  }

  /// A linked issue that differs from what was agreed on.
  struct Finding: Sendable {
    var rowKey: RowKey
    var kind: String
  }

  /// Notes that a poll begins, and reads how far the last one came.
  ///
  /// A watermark that lies ahead counts as none: the poll begins at the link that was read longest ago, so that nothing is missed.
  static func begin(
    project: String, limit: RemoteTimeLimit, database: PostgresClient
  ) async throws -> State {
    let row = try await database.query(
      """
      insert into jira_sync.polls as p (project_key, last_started_at)
      values (\(project), clock_timestamp())
      on conflict (project_key) do update set last_started_at = excluded.last_started_at
      returning p.watermark, p.absolute_time,
        case when p.watermark is null or p.watermark > \(limit.latest) then (
          select floor(extract(epoch from min(
            case when l.issue_updated > to_timestamp(\(limit.latest)::float8 / 1000)
              then l.created_at - interval '1 day' else l.issue_updated end)) * 1000)::bigint
          from jira_sync.links as l where l.state = 'linked') end as oldest_known,
        case when p.absolute_time is null then (
          select l.issue_id from jira_sync.links as l
          where l.state = 'linked' order by l.issue_updated desc nulls last limit 1) end as sample
      """, doing: "reading how far \(project) was polled"
    ).one
    let watermark = try row.get("watermark", as: Int64?.self)
    return State(
      watermark: limit.believed(watermark), isAhead: limit.isAhead(watermark),
      hasAbsoluteTime: try row.get("absolute_time", as: Bool?.self),
      oldestKnown: try row.get("oldest_known", as: Int64?.self),
      sample: try row.get("sample", as: String?.self))
  }

  /// Remembers whether the site understands absolute times.
  static func remember(
    absoluteTime: Bool, project: String, database: PostgresClient
  ) async throws {
    _ = try await database.query(
      "update jira_sync.polls set absolute_time = \(absoluteTime) where project_key = \(project)",
      doing: "noting how \(project) understands times")
  }

  /// Writes an instant as the clocks of a zone show it.
  ///
  /// Where the clocks are set back, an hour comes twice and JIRA may read either: then the minute before it is taken. A zone that
  /// is not known is taken for the westernmost, where each text means the latest instant.
  static func localMinute(
    _ milliseconds: Int64, zone: String?, database: PostgresClient
  ) async throws -> String {
    try await database.query(
      """
      with zones as (
        select z.name from pg_catalog.pg_timezone_names as z where z.name = \(zone)::text
      ),
      local as (
        select to_timestamp(\(milliseconds)::float8 / 1000) as instant,
          coalesce((select name from zones), 'Etc/GMT+12') as zone
      ),
      clocks as (
        select l.instant at time zone l.zone as here,
          (l.instant + interval '1 hour') at time zone l.zone as later,
          (l.instant - interval '1 hour') at time zone l.zone as earlier
        from local as l
      )
      select to_char(
        case
          -- Both readings of an hour that comes twice begin after the minute before it.
          when c.later - c.here < interval '1 hour' then date_trunc('hour', c.here) - interval '1 minute'
          when c.here - c.earlier < interval '1 hour' then date_trunc('hour', c.here) - interval '1 minute'
          else c.here
        end, 'YYYY-MM-DD HH24:MI') as minute
      from clocks as c
      """, doing: "writing a time as \(zone ?? "an unknown zone") shows it"
    ).one.get("minute")
  }

  /// Of issues that a search showed, those that are linked and changed since they were last read.
  ///
  /// One whose row waits for a job that will read it is left to that.
  ///
  /// - Parameters:
  ///   - seen: the issues.
  ///   - rereads: whether those that were read since are wanted, too.
  ///   - limit: which times at links are believed.
  ///   - database: where the links are.
  /// - Returns: the linked issues, in the order in which they were shown.
  /// - Throws: `PostgresError`.
  static func candidates(
    among seen: [Seen], rereads: Bool, limit: RemoteTimeLimit, database: PostgresClient
  ) async throws -> [Candidate] {
    let result = try await database.query(
      """
      select l.table_name, l.row_id, l.issue_id, l.issue_key, l.base, u.updated, l.state = 'issue_gone' as gone,
        array(
          select p.field from jira_sync.suspended_fields as p
          where p.table_name = l.table_name and p.row_id = l.row_id
            and p.suspended_until > clock_timestamp()) as suspended
      from unnest(
        \(seen.map(\.id))::text[], \(seen.map(\.key))::text[], \(seen.map(\.updated))::bigint[])
        with ordinality as u(id, key, updated, place)
      inner join jira_sync.links as l on l.issue_id = u.id
      where l.state in ('linked', 'issue_gone')
        and (\(rereads) or l.state = 'issue_gone' or l.issue_key is distinct from u.key
          or l.issue_updated is null or u.updated is null
          or l.issue_updated < to_timestamp(u.updated::float8 / 1000)
          or l.issue_updated > to_timestamp(\(limit.latest)::float8 / 1000))
        and (\(rereads) or not exists (
          select from jira_sync.jobs as j
          where j.state = 'ready' and j.key = 'row:' || l.table_name || ':' || l.row_id
            and j.kind in ('pull', 'sync')))
      order by u.place
      """, doing: "looking for what changed among \(seen.count) issues")
    return try result.rows.map { row in
      let base = try row.get("base", as: String?.self)
      return Candidate(
        rowKey: RowKey(table: try row.get("table_name"), id: try row.get("row_id")),
        issueID: try row.get("issue_id"),
        issueKey: try row.get("issue_key", as: String?.self),
        updated: try row.get("updated", as: Int64?.self), isGone: try row.get("gone"),
        base: try base.map { try JSONDecoder().decode(Base.self, from: Data($0.utf8)) },
        suspended: Set(try row.get("suspended", as: [String].self)))
    }
  }

  /// Linked issues that no search by time shows: their keys are of other projects, or the times of their links lie ahead.
  static func hidden(
    from project: String, limit: RemoteTimeLimit, database: PostgresClient
  ) async throws -> [(id: String, key: String?)] {
    try await database.query(
      """
      select issue_id, issue_key from jira_sync.links
      where state = 'linked' and issue_id is not null
        and (not starts_with(issue_key, \(project + "-"))
          or issue_updated > to_timestamp(\(limit.latest)::float8 / 1000))
      order by id
      """, doing: "looking for linked issues in other projects"
    ).rows.map { (try $0.get("issue_id"), try $0.get("issue_key", as: String?.self)) }
  }

  /// Notes what was read and differs in nothing: it is not read again before it changes.
  static func noting(
    read issues: [(rowKey: RowKey, issueID: String, key: String, updated: Int64?)],
    limit: RemoteTimeLimit
  ) -> SQL {
    """
    update jira_sync.links as l
    set issue_key = u.key,
      issue_updated = case when l.issue_updated > to_timestamp(\(limit.latest)::float8 / 1000)
        then to_timestamp(u.updated::float8 / 1000)
        else greatest(l.issue_updated, to_timestamp(u.updated::float8 / 1000)) end
    from unnest(
      \(issues.map(\.rowKey.table))::text[], \(issues.map(\.rowKey.id))::text[], \(issues.map(\.issueID))::text[],
      \(issues.map(\.key))::text[], \(issues.map(\.updated))::bigint[]) as u(table_name, row_id, issue_id, key, updated)
    where l.table_name = u.table_name and l.row_id = u.row_id and l.issue_id = u.issue_id and l.state = 'linked'
    """
  }

  /// Issues that had been taken for gone are there.
  static func relinking(_ rows: [RowKey]) -> SQL {
    """
    with relinked as (
      update jira_sync.links set state = 'linked', missed_sweeps = 0, last_error = null
      where \(RowStore.isAmong(rows)) and state = 'issue_gone'
      returning id
    )
    select jira_sync.resolve_event('row_refused', 'issue_gone:' || h.id, 'the issue is there again') from relinked as h
    """
  }

  /// Enqueues jobs for what differs.
  static func enqueuing(_ findings: [Finding]) -> SQL {
    """
    insert into jira_sync.jobs (kind, table_name, row_id)
    select u.kind, u.table_name, u.row_id
    from unnest(
      \(findings.map(\.kind))::text[], \(findings.map(\.rowKey.table))::text[],
      \(findings.map(\.rowKey.id))::text[]) as u(kind, table_name, row_id)
    """
  }

  /// Resumes fields whose suspension is over: their rows are synced again.
  static let resuming: SQL = """
    with over as materialized (
      select p.table_name, p.row_id, p.field from jira_sync.suspended_fields as p
      where p.suspended_until <= clock_timestamp()
    )
    select jira_sync.resume_field(o.row_id, o.field, o.table_name) from over as o
    """

  /// Moves the watermark: back only where it lies ahead of JIRA's clock.
  static func moving(to watermark: Int64, project: String, limit: RemoteTimeLimit) -> SQL {
    """
    update jira_sync.polls set watermark = \(moved(to: watermark, limit: limit))
    where project_key = \(project)
    """
  }

  private static func moved(to watermark: Int64?, limit: RemoteTimeLimit) -> SQL {
    """
    case when watermark > \(limit.latest) then \(watermark)::bigint else greatest(watermark, \(watermark)::bigint) end
    """
  }

  /// Tells people that a watermark lies ahead of JIRA's clock, under which later changes would stay unseen.
  static func announcing(ahead project: String) -> SQL {
    """
    select jira_sync.emit(
      'poller_behind', 'error', 'poll:' || p.project_key, 'project ' || p.project_key,
      'the watermark of polls lies ahead of the clock of JIRA: ' || p.watermark_at || '. It is made anew, and what changed since '
        || 'the link that was read longest ago is compared again.',
      'Check the clocks of JIRA and of the proxies before it.')
    from jira_sync.polls as p where p.project_key = \(project)
    """
  }

  /// Notes that a poll came to its end.
  static func finishing(
    project: String, watermark: Int64?, seen: Int, enqueued: Int, limit: RemoteTimeLimit
  ) -> [SQL] {
    [
      """
      update jira_sync.polls
      set watermark = \(moved(to: watermark, limit: limit)), last_finished_at = clock_timestamp(),
        failing_since = null, last_error = null, issues_seen = \(seen), jobs_enqueued = \(enqueued)
      where project_key = \(project)
      """,
      """
      select jira_sync.resolve_event('poller_behind', 'poll:' || \(project)::text, 'JIRA is polled again')
      """,
    ]
  }

  /// Notes that a poll did not come to its end, and tells people when that goes on for long.
  static func failing(project: String, error: String, behindAfter: Duration) -> [SQL] {
    [
      """
      update jira_sync.polls
      set last_error = \(error), failing_since = coalesce(failing_since, clock_timestamp())
      where project_key = \(project)
      """,
      """
      select jira_sync.emit(
        'poller_behind', 'warning', 'poll:' || p.project_key, 'project ' || p.project_key,
        'changes in JIRA have not reached the rows since '
          || to_char(coalesce(p.last_finished_at, p.failing_since) at time zone 'UTC', 'YYYY-MM-DD HH24:MI')
          || ' UTC: ' || p.last_error,
        'Nothing is lost: the next poll that succeeds begins where the last one ended.')
      from jira_sync.polls as p
      where p.project_key = \(project)
        and coalesce(p.last_finished_at, p.failing_since)
          < clock_timestamp() - make_interval(secs => \(behindAfter.inSeconds)::float8)
        and not exists (
          select from (
            select e.resolves, e.at from jira_sync.events as e
            where e.fingerprint = 'poll:' || p.project_key order by e.id desc limit 1
          ) as l
          where not l.resolves and l.at > clock_timestamp() - interval '1 hour')
      """,
    ]
  }
}
