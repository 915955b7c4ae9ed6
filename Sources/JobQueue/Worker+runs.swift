import Logging
import Postgres

extension Worker {
  /// Starts a run of some jobs.
  ///
  /// - Parameters:
  ///   - batch: the jobs.
  ///   - handler: what runs them.
  ///   - beside: whether it runs beside the others, although all slots are taken.
  /// - Returns: whether it counts against the concurrency. One that was running in a crash does, since it must be alone.
  func begin(_ batch: JobBatch, handler: any JobHandler, beside: Bool = false) -> Bool {
    let jobs = batch.jobs
    let takesSlot = (handler.takesSlot && !beside) || jobs.contains { $0.crashes > 0 }
    lastRunID += 1
    let id = lastRunID
    var logger = logger
    logger[metadataKey: "run"] = "\(id)"
    let run = JobRun(
      jobs: jobs, store: store, leases: leases, retryPolicy: options.retry, vitals: vitals,
      logger: logger, isMass: batch.isMass)
    let task = Task {
      let failure: (any Error)?
      do {
        try await handler.run(run)
        failure = nil
      } catch {
        failure = error
      }
      // A task of its own: in one that was cancelled nothing could be settled.
      Task { await self.ended(run: id, error: failure) }
    }
    let deadline = Task { [options] in
      try await Task.sleep(for: options.runDeadline)
      self.deadlinePassed(run: id)
    }
    runs[id] = ActiveRun(
      run: run, task: task, deadline: deadline, startedAt: .now, takesSlot: takesSlot,
      isBeside: beside)
    return takesSlot
  }

  /// A person took jobs back: runs that have nothing else to do are stopped.
  func cancel(_ ids: [Int64]) {
    guard !ids.isEmpty else { return }
    for active in runs.values where active.run.cancel(ids) { active.task.cancel() }
  }

  /// Stops a run; where its handler does not react soon, its jobs are given back without it.
  func end(run id: Int) {
    guard let active = runs[id] else { return }
    active.task.cancel()
    Task {
      try await Task.sleep(for: .milliseconds(700))
      await self.ended(run: id, error: CancellationError())
    }
  }

  private func deadlinePassed(run id: Int) {
    guard runs[id] != nil else { return }
    runs[id]?.deadlineHasPassed = true
    end(run: id)
  }

  /// A handler is through, or is no longer waited for.
  private func ended(run id: Int, error: (any Error)?) async {
    guard let active = runs[id], settling.insert(id).inserted else { return }
    active.deadline.cancel()
    // In a task of its own: the run's is cancelled when the worker stops, and could settle nothing any more.
    await Task { await settleRest(of: active, error: error) }.value
    settling.remove(id)
    runs[id] = nil
    let duration = ContinuousClock.now - active.startedAt
    for (job, settlement) in active.run.settlements {
      observe(RunOutcome(job: job, settlement: settlement, duration: duration))
    }
    // What came long ago and was passed over while its key ran may be claimed now.
    wasNotified = true
    if active.takesSlot { wakeUp.runEnded() } else { wakeUp.notified() }
    post(.runEnded)
  }

  /// Settles what the handler left, however long it takes: this worker lives, so no other worker would.
  private func settleRest(of active: ActiveRun, error: (any Error)?) async {
    while !active.run.unsettled.isEmpty {
      let rest = active.run.unsettled.map { job in
        (job: job, as: fate(of: job, in: active, error: error))
      }
      do {
        try await active.run.settle(rest)
        return
      } catch {
        // While stopping there is no time: the lease ends by itself, and the jobs run elsewhere.
        if stopStage == .hurrying { return }
        vitals.failed(on: \.statements, error)
        _ = troubles.began("the database", error: error, logger: logger)
        do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
      }
    }
  }

  private func fate(of job: Job, in active: ActiveRun, error: (any Error)?) -> Settlement {
    if active.run.isCancelled(job) { return .cancelled }
    if active.deadlineHasPassed {
      return .retry(
        "the run took longer than \(options.runDeadline)", after: active.run.retryDelay(job))
    }
    switch error {
    case is LeaseLost: return .returned
    case is CancellationError: return .returned
    case let error as PostgresError where error.isTransient:
      return .postponed("\(error)", after: .seconds(1))
    case let error?:
      return stopStage == .hurrying
        ? .returned : .retry("\(error)", after: active.run.retryDelay(job))
    case nil:
      return .retry("the handler left the job unsettled", after: active.run.retryDelay(job))
    }
  }
}
