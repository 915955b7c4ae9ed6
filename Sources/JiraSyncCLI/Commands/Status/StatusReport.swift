import JSON
import Postgres
import SyncEngine

/// What `status` shows, as it was read in one go.
struct StatusReport: Sendable {
  /// The row of `jira_sync.status`.
  var overview: Record
  /// Jobs by kind and state.
  var queue: [Record]
  var workers: [Record]
  var schedules: [Record]
  /// The last attempts that failed.
  var errors: [Record]
  /// The fleet's budget of calls to JIRA, where it is limited.
  var rateLimits: [Record]
  /// The way to JIRA: open or closed, and why.
  var circuit: Record?
  /// What is wrong with the installation, and which sessions have locks that jobs wait for.
  var findings: [InspectionFinding]

  /// Reads everything.
  ///
  /// - Throws: `CommandFailure` where another session has locked a table that the status is read from; `PostgresError`.
  static func read(_ session: QueueSession) async throws -> StatusReport {
    try await session.query("set lock_timeout = '2s'", doing: "limiting the wait for locks")
    var findings: [InspectionFinding] = []
    do {
      findings = try await session.query(
        InspectionFinding.query, doing: "inspecting the installation"
      ).rows.map { try InspectionFinding($0) }
      return try await read(session, findings)
    } catch let error as PostgresError where error.sqlState == "55P03" {
      throw CommandFailure(.failed, blocked(by: findings, error))
    }
  }

  /// Says which session has the lock, once the lock is ten seconds old.
  private static func blocked(by findings: [InspectionFinding], _ error: PostgresError) -> String {
    let holders = findings.filter { $0.subject == "locks" }
    guard !holders.isEmpty else {
      return "the status cannot be read: another session has locked a table for more than 2 s. "
        + "Try again; after ten seconds this command names the session (\(error))"
    }
    return "the status cannot be read: "
      + holders.map { "\($0.problem). \($0.remedy)" }.joined(separator: "; ")
  }

  private static func read(
    _ session: QueueSession, _ findings: [InspectionFinding]
  ) async throws -> StatusReport {
    let overview = try await session.records(
      """
      select site, project, due, later, running, dead, workers, workers_asleep, linked, creating,
        create_unknown, with_error, open_conflicts, schedules, missed_ticks,
        \(.instant("oldest_due")) as oldest_due, \(.fromNow("oldest_due")) as _oldest_due,
        \(.instant("paused_at")) as paused_at, pause_reason,
        \(.instant("poll_watermark")) as poll_watermark, \(.fromNow("poll_watermark")) as _watermark_ahead, \(.instant("polled_at")) as polled_at,
        round(extract(epoch from poll_lag), 3) as poll_lag_seconds,
        \(.instant("poll_failing_since")) as poll_failing_since, poll_error,
        \(.instant("swept_at")) as swept_at, \(.instant("next_tick_at")) as next_tick_at
      from jira_sync.status
      """, doing: "reading the status")
    let queue = try await session.records(
      """
      select kind, state, count(*) as jobs, \(.instant("min(run_at)")) as oldest,
        \(.fromNow("min(run_at)")) as _oldest
      from jira_sync.jobs group by kind, state order by kind, state
      """, doing: "counting jobs")
    let workers = try await session.records(
      """
      select name, kinds, concurrency, asleep, \(.instant("started_at")) as started_at,
        \(.instant("seen_at")) as seen_at, \(.fromNow("seen_at")) as _seen_at,
        seen_at + greatest(lease, interval '15 s') > clock_timestamp() as alive,
        (select count(*) from jira_sync.jobs as j where j.state = 'running' and j.worker = w.incarnation)
          as running
      from jira_sync.workers as w order by started_at
      """, doing: "listing workers")
    let errors = try await session.records(
      """
      select h.id as job, h.kind, h.table_name, h.row_id, f.file_path as label, h.outcome, h.error,
        \(.instant("h.finished_at")) as at, \(.fromNow("h.finished_at")) as _at
      from (
        select * from jira_sync.job_history
        where outcome in ('refused', 'dead', 'crashed') order by finished_at desc limit 5
      ) as h
      left join public.file_audit as f on \(AuditTable.isRow(of: "h"))
      order by h.finished_at desc
      """, doing: "listing errors")
    let first = overview.first ?? Record([:])
    return StatusReport(
      overview: first, queue: queue, workers: workers,
      schedules: try await ScheduleList.schedules(session), errors: errors,
      rateLimits: try await session.records(
        """
        select scope, rate, calls_today, refusals, \(.instant("blocked_until")) as blocked_until,
          \(.fromNow("blocked_until")) as _blocked_until, reason
        from jira_sync.rate_limits
        where scope = 'site' or blocked_until > clock_timestamp() order by scope = 'site' desc, scope
        limit 20
        """, doing: "reading the rate limits"),
      circuit: try await session.records(
        """
        select state, cause, reason, \(.instant("since")) as since, \(.fromNow("since")) as _since, opened_by,
          probes, \(.instant("next_probe_at")) as next_probe_at
        from jira_sync.circuit
        """, doing: "reading the circuit"
      ).first,
      findings: findings)
  }

  /// As programs read it.
  var json: JSON {
    var json = overview.json
    json["queue"] = .array(queue.map(\.json))
    json["worker_list"] = .array(workers.map(\.json))
    json["schedule_list"] = .array(schedules.map(\.json))
    json["errors"] = .array(errors.map(\.json))
    json["rate_limits"] = .array(rateLimits.map(\.json))
    json["circuit"] = circuit?.json ?? .null
    json["findings"] = .array(
      findings.map { finding in
        [
          "subject": .string(finding.subject), "problem": .string(finding.problem),
          "remedy": .string(finding.remedy), "is_error": .bool(finding.isError),
        ]
      })
    return json
  }
}
