import Logging
import Postgres

extension Worker {
  /// Does what a heartbeat asks for; called in the loop only.
  func handle(_ heartbeat: Heartbeat) async {
    vitals.heard(isPaused: heartbeat.paused)
    wakeUp.heard(dueNow: heartbeat.dueNow, nextDueIn: heartbeat.dueIn, now: .now)
    cancel(heartbeat.cancelled)
    if !heartbeat.known {
      await attempt("registering again") {
        try await self.announce()
        self.wakeUp.mayHaveMissedSignals()
      }
    }
    if heartbeat.maintenanceDue {
      await attempt("the maintenance of the queue") { try await self.store.maintain() }
    }
    guard heartbeat.isWhole else { return }
    await returnUnknownLeases(held: heartbeat.held)
    // An older timer is about a lease that was renewed since.
    rescueTimer?.cancel()
    rescueTimer = nil
    if let rescueIn = heartbeat.rescueIn {
      if rescueIn <= .zero {
        await rescue()
      } else if rescueIn <= options.idleHeartbeat + options.lease {
        rescueTimer = Task { [weak self] in
          try await Task.sleep(for: rescueIn + .milliseconds(50))
          await self?.post(.rescueDue)
        }
      }
    }
  }

  /// The jobs of all runs.
  var runningJobs: [Job] { runs.values.flatMap(\.run.jobs) }

  /// Returns leases that no run has: a claim was committed, and its answer was lost with the connection.
  ///
  /// To be called in the loop only, where no claim is under way.
  private func returnUnknownLeases(held: [Int64]) async {
    let kept = Set(self.runningJobs.map(\.token))
    guard !kept.isSuperset(of: held) else { return }
    await attempt("giving back jobs of a claim that went unanswered") {
      let count = try await self.store.returnUnknownLeases(allBut: Array(kept))
      guard count > 0 else { return }
      self.logger.warning("gave \(count) jobs back, claimed without an answer")
      self.wakeUp.notified()
    }
  }

  /// Asks which jobs a user has cancelled.
  func askForCancelled() async {
    await attempt("asking for cancelled jobs") {
      let result = try await self.store.database.query(
        self.store.heartbeat(lookBack: .zero, holding: self.runningJobs.map(\.id)),
        doing: "asking for cancelled jobs")
      if let row = result.rows.first {
        self.cancel(try Heartbeat(row: row, isWhole: false).cancelled)
      }
    }
  }

  /// Gives jobs of lost workers back.
  func rescue() async {
    await attempt("rescuing jobs of lost workers") {
      let rescued = try await self.store.rescue()
      guard rescued > 0 else { return }
      self.vitals.rescued(rescued)
      self.logger.warning("gave \(rescued) jobs of lost workers back to the queue")
      self.wakeUp.notified()
    }
  }
}
