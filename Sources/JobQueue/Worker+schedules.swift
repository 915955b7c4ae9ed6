import Logging
import Postgres

extension Worker {
  /// How long to wait for a tick at the most: a schedule may have changed without a word.
  private var longestScheduleWait: Duration { canListen ? .seconds(600) : .seconds(60) }

  /// Takes the ticks of periodic work that are due, together with the rest of the fleet, and sleeps until the next one.
  ///
  /// Which tick is whose is decided in the database, under the lock of the schedule's row.
  func keepSchedules() async {
    while !Task.isCancelled, stopStage == .none {
      schedulesChanged = false
      var wait = longestScheduleWait
      do {
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
      // A moment late, so that the tick is due by the database's clock, too.
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

  /// Somebody changed a schedule, or the worker stops: looks again at once.
  func lookAtSchedules() {
    schedulesChanged = true
    scheduleSleep?.cancel()
  }
}
