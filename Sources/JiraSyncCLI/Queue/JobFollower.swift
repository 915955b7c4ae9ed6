import Postgres

/// Follows jobs to their end, through merging and retries.
struct JobFollower {
  /// How one job ended.
  struct Ending: Sendable, Hashable {
    /// As in `jira_sync.job_history`: done, refused, dead, cancelled; or gone where nothing tells.
    var outcome: String
    var error: String?

    var isFailure: Bool { outcome != "done" }
  }

  /// Where the jobs stand.
  struct State: Sendable, Hashable {
    /// The jobs that have ended.
    var ended: [Int64: Ending] = [:]
    /// Those that go on, and why the last attempt of each did not succeed.
    var open: [Int64: String?] = [:]
    /// Why nothing is claimed, nil where it is.
    var pauseReason: String?
    /// How many workers are alive.
    var workers = 0
  }

  let session: QueueSession
  private(set) var state = State()

  init(session: QueueSession, jobs: [Int64]) {
    self.session = session
    state.open = Dictionary(jobs.map { ($0, nil) }) { first, _ in first }
  }

  /// Also follows others.
  mutating func add(_ jobs: [Int64]) {
    for job in jobs where state.ended[job] == nil && state.open[job] == nil {
      state.open[job] = .some(nil)
    }
  }

  /// Looks once where the jobs are.
  mutating func look() async throws {
    let ids = state.open.keys.sorted()
    let rows = try await session.query(
      """
      with asked as materialized (select unnest(\(ids)::bigint[]) as id),
      live as materialized (
        select a.id, j.state, j.last_error from asked as a
        inner join jira_sync.jobs as j on j.id = a.id
      ),
      -- What is not there has ended, or was merged into another job of its key, which then covers it.
      elsewhere as (
        select a.id, e.state, e.error from asked as a
        left join lateral (
          select * from (
            (select h.outcome as state, h.error, 1 as rank from jira_sync.job_history as h
              where h.id = a.id order by h.finished_at desc limit 1)
            union all
            (select case when j.state = 'dead' then 'dead' else 'live' end, j.last_error, 2
              from jira_sync.jobs as j where j.merged @> array[a.id] limit 1)
            union all
            (select h.outcome, h.error, 3 from jira_sync.job_history as h
              where h.merged @> array[a.id] and h.finished_at > now() - interval '1 day'
              order by h.finished_at desc limit 1)
          ) as e
          -- One that failed once may have been merged afterwards, and then its own end is not the last word.
          order by case when e.rank = 1 and e.state in ('retry', 'returned', 'crashed') then 4 else e.rank end
          limit 1
        ) as e on true
        where a.id not in (select id from live)
      )
      select id, case state when 'dead' then 'dead' else 'live' end as state, last_error as error
      from live
      union all
      select id, coalesce(state, 'gone'), error from elsewhere
      """, doing: "following \(ids.count) jobs"
    ).rows
    for row in rows {
      let id: Int64 = try row.get("id")
      let outcome: String = try row.get("state")
      let error = try row.get("error", as: String?.self)
      switch outcome {
      case "live", "retry", "returned", "crashed": state.open[id] = .some(error)
      default:
        state.open[id] = nil
        state.ended[id] = Ending(outcome: outcome, error: error)
      }
    }
    let control = try await session.query(
      """
      select case when paused_at is not null then coalesce(pause_reason, 'no reason given') end
          as reason,
        (select count(*) from jira_sync.workers as w
          where w.seen_at + greatest(w.lease, interval '15 s') > clock_timestamp()) as workers
      from jira_sync.control
      """, doing: "looking who works"
    ).rows.first
    state.pauseReason = try control?.get("reason", as: String?.self)
    state.workers = try control?.get("workers") ?? 0
  }
}
