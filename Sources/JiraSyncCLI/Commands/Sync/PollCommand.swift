import ArgumentParser
import JSON
import Jira
import Postgres

/// `jira-sync poll`.
struct PollCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poll",
    abstract: "Looks in JIRA for what has changed, and enqueues pulls for it.",
    discussion: """
      Enqueues a job and returns; a worker does it. With --wait it follows the job, and the jobs that it caused, to their end.

      Examples:
        jira-sync poll
        jira-sync poll --wait
        jira-sync poll --since 2026-11-01            look again at everything since then
        jira-sync poll --since 2026-11-24T08:00:00Z
        jira-sync poll --since 2h
      """)

  @Option(
    help: ArgumentHelp(
      "Look again at what changed since then: a day, an instant, or a length of time (30m, 2h, 7d).",
      valueName: "when"))
  var since: String?

  @Flag(help: "Follow the job, and those that it causes, to their end.")
  var wait = false

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    if let since, PointInTime(since) == nil {
      throw ValidationError(
        "--since is '\(since)'; it takes a day (2026-11-24), an instant (2026-11-24T08:00:00Z) or a length of time (2h)"
      )
    }
  }

  func run() async throws {
    try await withQueue(common, "poll") { session in
      let job = try await enqueue(session)
      guard wait else {
        StandardStream.output.write(
          output.json
            ? JSON.object(["jobs": .array([.integer(Int(job))])]).printable : "enqueued job \(job)")
        return
      }
      let report = try await waitForJobs([job], session: session) { state in
        try await causedJobs(by: job, known: state, session)
      }
      try report.write(asJSON: output.json)
    }
  }

  private func enqueue(_ session: QueueSession) async throws -> Int64 {
    guard let since = since.flatMap(PointInTime.init) else {
      return try await session.query(
        "select jira_sync.enqueue('poll') as job", doing: "enqueuing a poll"
      ).one.get("job")
    }
    // Both spellings, so that people reading the job understand it.
    return try await session.query(
      """
      insert into jira_sync.jobs (kind, args)
      select 'poll', jsonb_build_object('since', to_char(s.at at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      from (select \(since.sql) as at) as s
      returning id as job
      """, doing: "enqueuing a poll"
    ).one.get("job")
  }

  /// The row jobs that were enqueued while the poll ran.
  private func causedJobs(
    by job: Int64, known: JobFollower.State, _ session: QueueSession
  ) async throws -> [Int64] {
    let ids = try await session.query(
      """
      with poll as (
        select min(h.started_at) as began, max(h.finished_at) as ended
        from jira_sync.job_history as h
        where h.id = \(job)::bigint
          -- It may have been merged into one that waited for another try.
          or (h.merged @> array[\(job)::bigint] and h.finished_at > now() - interval '1 day')
      )
      select j.id from jira_sync.jobs as j, poll as p
      where j.row_id is not null and j.created_at between p.began and p.ended
      union
      select h.id from jira_sync.job_history as h, poll as p
      where h.row_id is not null and h.finished_at >= p.began
        and h.enqueued_at between p.began and p.ended
      """, doing: "looking for what the poll found"
    ).rows.map { row in try row.get("id", as: Int64.self) }
    return ids.filter { known.ended[$0] == nil }
  }
}
