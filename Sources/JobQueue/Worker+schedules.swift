import Logging
import Postgres

extension Worker {
  /// How long to wait for a tick at the most: a schedule may have changed without a word.
  private var longestScheduleWait: Duration { canListen ? .seconds(600) : .seconds(60) }

  /// Takes the ticks of periodic work that are due, together with the rest of the fleet, and sleeps until the next one.
  ///
  /// Which tick is whose is decided in the database, under the lock of the schedule's row.
  func keepSchedules() async {
    var unset = options.schedules
    while !Task.isCancelled, stopStage == .none {
      schedulesChanged = false
      var wait = longestScheduleWait
      do {
        for (name, cron) in unset {
          try await setSchedule(name, cron: cron)
          unset[name] = nil
        }
        if let next = try await store.keepSchedules() { wait = min(max(next, .zero), wait) }
        troubles.ended("periodic work", logger: logger)
      } catch {
        if Task.isCancelled { return }
        // The worker says what is wrong with the database; a schema of before has no schedules.
        if let error = error as? PostgresError, error.isHopeless {
          _ = troubles.began("periodic work", error: error, logger: logger)
        }
        wait = .seconds(5)
      }
      guard !schedulesChanged, stopStage == .none, !Task.isCancelled else { continue }
      // Slightly late, so that the tick is due by the database's clock, too.
      let sleep = Task { try await Task.sleep(for: wait + .milliseconds(20)) }
      scheduleSleep = sleep
      await withTaskCancellationHandler {
        _ = await sleep.result
      } onCancel: {
        sleep.cancel()
      }
      scheduleSleep = nil
    }
  }

  /// What a file asks for; a bad expression is said, and what held before goes on.
  private func setSchedule(_ name: String, cron: String) async throws {
    do {
      let said = try await store.setSchedule(name, cron: cron)
      logger.info("schedule \(said)")
    } catch let error as PostgresError where error.sqlState == "23514" {
      logger.error("schedule \(name) stays as it is: \(error.message)")
    }
  }

  /// A schedule was changed, or the worker stops: the schedules are read again at once.
  func checkSchedules() {
    schedulesChanged = true
    scheduleSleep?.cancel()
  }
}
