import JSON
import JobQueue
import Logging
import Planning
import Postgres

/// Enqueues a job for every row that has, had or should have an issue: the kind `full_sync`.
///
/// It calls nothing itself. The jobs wait behind everything else, and are enqueued batch by batch, each in a transaction of
/// its own that also notes how far it is in the job's `args`, so that a run after a crash goes on from there.
public struct FullSyncHandler: JobHandler {
  /// The priority of its jobs: behind what people and triggers enqueue.
  public static let priority = -10
  /// How many jobs one transaction enqueues.
  static let batch = 1_000

  /// The one kind.
  public let kinds = ["full_sync"]
  /// One at a time; the queue's key sees to it anyway.
  public let maximumBatch = 1

  /// Makes a handler.
  public init() {}

  /// Enqueues the jobs.
  ///
  /// - Parameter run: the job.
  /// - Throws: `PostgresError`, `LeaseLost`; what was enqueued stays.
  public func run(_ run: JobRun) async throws {
    for job in run.jobs { try await enqueueAll(for: job, in: run) }
  }

  /// Makes jobs of what triggers only marked, a slice in each transaction.
  private func reconcileMarks(for job: Job, in run: JobRun) async throws {
    while run.isOpen(job) {
      try await run.write(for: [job], doing: "enqueuing what triggers have marked") {
        transaction, _ in
        let isLeft: Bool = try await transaction.query(
          "select jira_sync.reconcile_marks() as is_left",
          doing: "enqueuing what triggers have marked"
        ).one.get("is_left")
        return isLeft ? [] : [(job, .done)]
      }
    }
  }

  private func enqueueAll(for job: Job, in run: JobRun) async throws {
    if job.arguments["marks"]?.bool == true { return try await reconcileMarks(for: job, in: run) }
    let kind: String
    switch job.arguments["direction"]?.string ?? "both" {
    case "push": kind = "push"
    case "pull": kind = "pull"
    case "both": kind = "sync"
    case let other:
      try await run.settle(
        job, as: .refused("args.direction is \"\(other)\"; it takes push, pull or both"))
      return
    }
    var passedOn: [String: JSON] = [:]
    for name in ["existing_tickets", "force"] { passedOn[name] = job.arguments[name] }
    let args = JSON.object(passedOn).text
    let plan = try await run.database.query(
      """
      select
        count(*) as rows,
        count(*) filter (where f.has_technical_debt and (l.id is null or l.state = 'creating')) as fresh
      from public.file_audit as f
      left join jira_sync.links as l on l.table_name = \(RowKey.standardTable) and l.row_id = f.id::text and l.state <> 'row_gone'
      where f.has_technical_debt or l.id is not null
      """, doing: "counting the rows of a full sync"
    ).one
    let rows: Int = try plan.get("rows")
    let fresh: Int = try plan.get("fresh")
    run.logger.info(
      "full sync: looks at \(rows) rows, of which \(fresh) want an issue and have none",
      metadata: ["job": "\(job.id)"])
    var after = job.arguments["after"]?.integer.map(Int64.init) ?? Int64.min
    var enqueued = job.arguments["enqueued"]?.integer ?? 0
    while run.isOpen(job) {
      let step = Step(kind: kind, args: args, after: after, enqueued: enqueued, total: rows)
      let batch = try await run.write(for: [job], doing: "enqueuing a batch of a full sync") {
        transaction, _ in
        let row = try await transaction.query(
          step.statement(job: job.id), doing: "enqueuing a batch of a full sync"
        ).one
        let count: Int = try row.get("count")
        let last: Int64? = try row.get("last")
        // The last batch is short.
        return (count < Self.batch ? [(job, .done)] : [], (count: count, last: last))
      }
      guard let batch, let last = batch.last else { break }
      after = last
      enqueued += batch.count
      run.logger.info(
        "full sync: \(enqueued) of \(rows) rows enqueued", metadata: ["job": "\(job.id)"])
      if batch.count < Self.batch { return }
    }
  }
}
