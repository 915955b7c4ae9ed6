import FoundationEssentials
import Locks
import Logging
import Postgres

/// Some jobs of one handler, under their leases.
///
/// A handler works on them through this object only.
public final class JobRun: Sendable {
  /// The jobs of this run.
  public let jobs: [Job]
  /// Whether it is part of mass work, which lets single edits go first.
  public let isMass: Bool
  /// Where rows are read; what writes goes through `write`.
  public let database: PostgresClient
  /// Identifies this start of the worker; a lease is (incarnation, fencing token).
  public var worker: UUID { store.incarnation }
  /// Carries the run's id in its metadata.
  public let logger: Logger

  private let store: JobStore
  private let leases: Lock<LeaseClock>
  private let generation: Int
  private let retryPolicy: RetryPolicy
  private let vitals: WorkerVitals
  private let progress = Lock(Progress())

  private struct Progress {
    var settled: [Job.ID: Settlement] = [:]
    var cancelled: Set<Job.ID> = []
    var lost: Set<Job.ID> = []
  }

  init(
    jobs: [Job], store: JobStore, leases: Lock<LeaseClock>, retryPolicy: RetryPolicy,
    vitals: WorkerVitals, logger: Logger, isMass: Bool = false
  ) {
    self.jobs = jobs
    self.isMass = isMass
    self.store = store
    self.leases = leases
    self.retryPolicy = retryPolicy
    self.vitals = vitals
    self.logger = logger
    database = store.database
    generation = leases.withLock { $0.generation }
  }

  /// Makes sure that the leases are still valid; to be called before each call to another system.
  ///
  /// - Throws: `LeaseLost` where no heartbeat succeeded for most of a lease, or one came too late.
  public func checkLease() throws(LeaseLost) {
    guard leases.withLock({ $0.isValid(generation: generation, now: .now) }) else {
      throw LeaseLost(jobs: [])
    }
  }

  /// Whether a user cancelled the job.
  ///
  /// - Parameter job: a job of this run.
  /// - Returns: whether a user did.
  public func isCancelled(_ job: Job) -> Bool {
    progress.withLock { $0.cancelled.contains(job.id) }
  }

  /// Whether the job may still be worked on: it is not settled, not cancelled, and its lease is not lost.
  ///
  /// - Parameter job: a job of this run.
  /// - Returns: whether there is something left to do for it.
  public func isOpen(_ job: Job) -> Bool {
    progress.withLock {
      $0.settled[job.id] == nil && !$0.cancelled.contains(job.id) && !$0.lost.contains(job.id)
    }
  }

  /// The delay before a failed job is tried again.
  ///
  /// - Parameter job: the job whose attempt failed.
  /// - Returns: the delay, jitter included.
  public func retryDelay(_ job: Job) -> Duration {
    retryPolicy.delay(afterAttempt: job.attempt)
  }

  /// Ends runs of jobs, each under its own lease.
  ///
  /// - Parameter settlements: the jobs and how they end.
  /// - Throws: `PostgresError`; the jobs then count as not settled.
  public func settle(_ settlements: [(job: Job, as: Settlement)]) async throws {
    let settlements = adjusted(settlements)
    guard !settlements.isEmpty else { return }
    let result = try await database.query(
      store.settling(settlements), doing: "settling \(settlements.count) jobs")
    try note(settlements, held: result)
  }

  /// Ends the run of one job.
  ///
  /// - Parameters:
  ///   - job: the job.
  ///   - settlement: how it ends.
  /// - Throws: `PostgresError`; the job then counts as not settled.
  public func settle(_ job: Job, as settlement: Settlement) async throws {
    try await settle([(job, settlement)])
  }

  /// Writes to the database for jobs, in one transaction that first locks them by their leases.
  ///
  /// - Parameters:
  ///   - elements: what is written, each for a job.
  ///   - job: the job that an element is for.
  ///   - doing: what is being done, for errors.
  ///   - body: writes the elements whose job's lease still holds, and says how jobs end; jobs that it does not name go on.
  ///     It is not called where no lease holds.
  /// - Returns: the elements that were written; the leases of the others' jobs were lost.
  /// - Throws: what the body throws, after rolling back; `PostgresError`; nothing of it was then written.
  @discardableResult
  public func write<Element: Sendable>(
    _ elements: [Element], for job: @escaping @Sendable (Element) -> Job, doing: String,
    _ body:
      @escaping @Sendable (PostgresTransaction, [Element]) async throws
      -> [(job: Job, as: Settlement)]
  ) async throws -> [Element] {
    try await write(for: elements.map(job), doing: doing) { transaction, held in
      let ids = Set(held.map(\.id))
      let mine = elements.filter { ids.contains(job($0).id) }
      return (try await body(transaction, mine), mine)
    } ?? []
  }

  /// Writes to the database for jobs, in one transaction that first locks them by their leases.
  ///
  /// - Parameters:
  ///   - jobs: the jobs that the writing is for.
  ///   - doing: what is being done, for errors.
  ///   - body: writes for the jobs whose lease still holds, and says how jobs end; jobs that it does not name go on. It is
  ///     not called where no lease holds.
  /// - Returns: the jobs whose lease held.
  /// - Throws: what the body throws, after rolling back; `PostgresError`; nothing of it was then written.
  @discardableResult
  public func write(
    for jobs: [Job], doing: String,
    _ body:
      @escaping @Sendable (PostgresTransaction, [Job]) async throws -> [(job: Job, as: Settlement)]
  ) async throws -> [Job] {
    try await write(jobs, for: \.self, doing: doing, body)
  }

  /// Writes to the database for jobs, in one transaction that first locks them by their leases, and returns a value.
  ///
  /// - Parameters:
  ///   - jobs: the jobs that the writing is for.
  ///   - doing: what is being done, for errors.
  ///   - body: writes for the jobs whose lease still holds, and gives how jobs end, and the value.
  /// - Returns: the value; nil where no lease held, so that nothing was written.
  /// - Throws: what the body throws, after rolling back; `PostgresError`; nothing of it was then written.
  public func write<Value: Sendable>(
    for jobs: [Job], doing: String,
    _ body:
      @escaping @Sendable (PostgresTransaction, [Job]) async throws
      -> (ends: [(job: Job, as: Settlement)], value: Value)
  ) async throws -> Value? {
    let store = store
    let outcome:
      (held: [Job], settled: [(job: Job, as: Settlement)], result: PostgresResult?, value: Value?) =
        try await database.transaction(doing: doing) { transaction in
          let locked = try await transaction.query(store.lockingLeases(of: jobs), doing: doing)
          let ids = Set(try locked.rows.map { row in try row.get("id", as: Int64.self) })
          let held = jobs.filter { ids.contains($0.id) }
          guard !held.isEmpty else { return ([], [], nil, nil) }
          let (ends, value) = try await body(transaction, held)
          let settlements = self.adjusted(ends)
          guard !settlements.isEmpty else { return (held, [], nil, value) }
          let result = try await transaction.query(store.settling(settlements), doing: doing)
          return (held, settlements, result, value)
        }
    noteLost(jobs.filter { job in !outcome.held.contains { $0.id == job.id } })
    if let result = outcome.result { try note(outcome.settled, held: result) }
    return outcome.value
  }

  // MARK: - For the worker

  /// The jobs that are not settled and whose leases are not lost.
  var unsettled: [Job] {
    progress.withLock { progress in
      jobs.filter { progress.settled[$0.id] == nil && !progress.lost.contains($0.id) }
    }
  }

  /// How the jobs ended so far.
  var settlements: [(job: Job, as: Settlement)] {
    progress.withLock { progress in
      jobs.compactMap { job in progress.settled[job.id].map { (job, $0) } }
    }
  }

  /// Cancels jobs; true if the run has nothing left to do.
  func cancel(_ ids: [Int64]) -> Bool {
    progress.withLock { progress in
      progress.cancelled.formUnion(ids.filter { id in jobs.contains { $0.id == id } })
      return !progress.cancelled.isEmpty
        && jobs.allSatisfy {
          progress.settled[$0.id] != nil || progress.cancelled.contains($0.id)
        }
    }
  }

  /// A job that a user cancelled is not tried again; a finished one stays finished.
  private func adjusted(
    _ settlements: [(job: Job, as: Settlement)]
  ) -> [(job: Job, as: Settlement)] {
    progress.withLock { progress in
      settlements.map { job, settlement in
        guard progress.cancelled.contains(job.id) else { return (job, settlement) }
        switch settlement {
        case .retry, .postponed, .returned: return (job, .cancelled)
        case .done, .refused, .cancelled, .dead: return (job, settlement)
        }
      }
    }
  }

  private func note(
    _ settlements: [(job: Job, as: Settlement)], held result: PostgresResult
  ) throws(PostgresError) {
    var held: Set<Int64> = []
    for row in result.rows { held.insert(try row.get("id")) }
    progress.withLock { progress in
      for (job, settlement) in settlements where held.contains(job.id) {
        progress.settled[job.id] = settlement
      }
    }
    noteLost(settlements.map(\.job).filter { !held.contains($0.id) })
  }

  private func noteLost(_ jobs: [Job]) {
    let fresh = progress.withLock { progress in
      let fresh = jobs.map(\.id).filter { progress.lost.insert($0).inserted }
      return fresh
    }
    guard !fresh.isEmpty else { return }
    vitals.lost(leases: fresh.count)
    logger.warning("\(LeaseLost(jobs: fresh))")
  }
}

/// The lease of a run is over: another worker may have its jobs, so the work is dropped.
public struct LeaseLost: Error, Sendable, CustomStringConvertible {
  /// The jobs that are lost; empty where all of the run are.
  public let jobs: [Int64]

  /// What was lost, for the log.
  public var description: String {
    jobs.isEmpty
      ? "the lease was not renewed in time; the work is dropped"
      : "the lease on \(jobs.count == 1 ? "job" : "jobs") "
        + jobs.map(String.init).joined(separator: ", ") + " was lost; the work is dropped"
  }
}
