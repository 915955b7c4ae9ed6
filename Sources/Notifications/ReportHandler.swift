import JSON
import JobQueue
import Logging
import Postgres
import SyncConfiguration

/// Makes reports by schedule and says when a backfill is finished: the kind `report`.
///
/// What it finds becomes an event, which goes to the channels like any other.
public struct ReportHandler: JobHandler {
  /// Reports.
  public let kinds = ["report"]
  /// One at a time: they read a lot.
  public let maximumBatch = 1

  /// Makes a handler.
  public init() {}

  /// Makes the report that the job asks for.
  ///
  /// - Parameter run: the job; `since` in its args is the period, a day where it says nothing; `backfill` makes it wait until
  ///   what a `full_sync` enqueued is done.
  /// - Throws: `PostgresError`.
  public func run(_ run: JobRun) async throws {
    for job in run.jobs {
      if let backfill = job.arguments["backfill"] {
        try await finish(backfill, job, run)
      } else {
        try await summarize(job, run)
      }
    }
  }

  private func summarize(_ job: Job, _ run: JobRun, settles: Bool = true) async throws {
    let text = job.arguments["since"]?.string ?? "1d"
    guard let period = TimeSpan.parse(text) else {
      return try await run.settle(
        job, as: .refused("'\(text)' is no period; write 12h, 1d or 7d: {\"since\": \"7d\"}"))
    }
    let report = try await ReportStore(run.database.connection()).report(of: period)
    let words = ReportWords(report)
    let name = period == .seconds(86_400) ? "Daily summary" : "Summary of \(TimeSpan.text(period))"
    let details: JSON = [
      "report": [
        "text": .string(report.written(as: .text)),
        "tables": .string(ReportTables(report).plainTables),
        "html": .string(report.written(as: .html)),
      ]
    ]
    try await run.write(for: [job], doing: "telling of the report") { transaction, _ in
      _ = try await transaction.query(
        """
        select jira_sync.emit(
          kind => 'daily_summary', severity => 'info',
          fingerprint => \("daily_summary:\(job.id)"),
          subject => \("\(name): \(ReportWords.counted(report.open, "file")) with technical debt"),
          message => \(words.summary), job_id => \(job.id), details => \(details.text)::jsonb)
        """, doing: "telling of the report")
      return settles ? [(job, .done)] : []
    }
  }

  /// Waits until nothing is left of it.
  private func finish(_ backfill: JSON, _ job: Job, _ run: JobRun) async throws {
    let since = backfill["since"]?.string ?? ""
    let row = try await run.database.query(
      """
      select
        exists (
          select from jira_sync.jobs as j
          where j.state <> 'dead' and (j.kind = 'full_sync' or (j.priority <= -10 and j.kind in ('sync', 'push', 'pull')))
        ) as going_on,
        (select count(distinct (h.table_name, h.row_id)) from jira_sync.job_history as h
          where h.finished_at >= \(since)::timestamptz and h.outcome = 'done'
            and h.kind in ('sync', 'push', 'pull')) as done,
        (select count(distinct (h.table_name, h.row_id)) from jira_sync.job_history as h
          where h.finished_at >= \(since)::timestamptz and h.outcome in ('refused', 'dead')
            and h.kind in ('sync', 'push', 'pull')) as failed,
        (select count(*) from jira_sync.links as l
          where l.issue_id is not null and l.marker is not null and l.attempted_at >= \(since)::timestamptz) as created,
        extract(epoch from clock_timestamp() - \(since)::timestamptz)::float8 as seconds,
        (select cardinality(j.merged) > 0 from jira_sync.jobs as j where j.id = \(job.id)) as merged
      """, doing: "looking how far the backfill is"
    ).one
    if try row.get("going_on", as: Bool.self) {
      return try await run.settle(
        job, as: .postponed("the backfill goes on", after: .seconds(2)))
    }
    // A report that fell due meanwhile has been merged into this job.
    if try row.get("merged", as: Bool?.self) == true {
      try await summarize(job, run, settles: false)
    }
    let done: Int = try row.get("done")
    let failed: Int = try row.get("failed")
    let created: Int = try row.get("created")
    let span = Paragraphs.span(try row.get("seconds"))
    let message =
      "\(ReportWords.counted(done, "row")) synced, \(ReportWords.counted(created, "issue")) created, "
      + "\(failed.grouped) failed, in \(span)."
    try await run.write(for: [job], doing: "telling that the backfill is finished") {
      transaction, _ in
      _ = try await transaction.query(
        """
        select jira_sync.emit(
          kind => 'backfill_finished', severity => 'info',
          fingerprint => \("backfill:\(job.id)"), subject => 'all rows', message => \(message),
          remedy => case when \(failed)::integer > 0
            then 'See what failed: select label, last_error from jira_sync.links where last_error is not null' end,
          job_id => \(job.id))
        """, doing: "telling that the backfill is finished")
      return [(job, .done)]
    }
  }
}
