import JSON
import JobQueue
import Postgres

/// Leaves traces: when a run began, and under its lease what it saw.
struct EffectHandler: JobHandler {
  /// Jobs of the feeder, and of rows of `file_audit` whose triggers enqueue them.
  let kinds = ["noop", "push", "pull", "sync"]
  let maximumBatch = 20
  /// How long a run takes beside its statements.
  let work: Duration
  /// How many of a hundred runs ask for another try.
  let retries: Int

  func run(_ run: JobRun) async throws {
    let jobs = run.jobs
    let tokens = jobs.map(\.token)
    // What was committed before the run began; a later version may be seen, an earlier one never.
    let rows = try await run.database.query(
      """
      with begun as (
        insert into chaos.begun (job, token, worker, key)
        select u.job, u.token, \(run.worker)::uuid, u.key
        from unnest(\(jobs.map(\.id))::bigint[], \(tokens)::bigint[], \(jobs.map(\.key))::text[])
          as u (job, token, key)
      )
      select u.token, coalesce(s.version, 0) as version
      from unnest(\(tokens)::bigint[], \(jobs.map(\.key))::text[]) as u (token, key)
      left join chaos.sources as s on s.key = u.key
      """, doing: "beginning a run"
    ).rows
    var seen: [Int64: Int64] = [:]
    for row in rows { seen[try row.get("token")] = try row.get("version", as: Int64.self) }
    let versions = seen
    try await Task.sleep(for: work)
    try run.checkLease()
    try await run.write(for: jobs, doing: "leaving effects") { transaction, held in
      let again = held.map { _ in Int.random(in: 0..<100) < retries }
      _ = try await transaction.query(
        """
        insert into chaos.effects (job, token, worker, key, single, seen, done)
        select u.job, u.token, \(run.worker)::uuid, u.key, u.single, u.seen, not u.again
        from unnest(\(held.map(\.id))::bigint[], \(held.map(\.token))::bigint[],
          \(held.map(\.key))::text[], \(held.map { single($0) })::bigint[],
          \(held.map { versions[$0.token] ?? 0 })::bigint[], \(again)::boolean[])
          as u (job, token, key, single, seen, again)
        """, doing: "leaving effects")
      return zip(held, again).map { job, again in
        (job, again ? .retry("asked for another try", after: .milliseconds(50)) : .done)
      }
    }
  }

  /// The number of a job without a key.
  private func single(_ job: Job) -> Int64? { job.arguments["single"]?.integer.map(Int64.init) }
}
