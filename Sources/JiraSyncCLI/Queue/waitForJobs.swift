import ArgumentParser
import JSON
import Postgres

/// How jobs that were waited for have ended.
struct JobsReport: Sendable {
  var endings: [Int64: JobFollower.Ending]
  var seconds: Double

  var failures: [(job: Int64, ending: JobFollower.Ending)] {
    endings.filter(\.value.isFailure).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The summary: `11 jobs: 11 done, 0 failed, 2.3 s`.
  var text: String {
    let tenths = Int((seconds * 10).rounded())
    return
      "\(endings.count) jobs: \(endings.count - failures.count) done, \(failures.count) failed, "
      + "\(tenths / 10).\(tenths % 10) s"
  }

  /// The report for programs: `done`, `failed`, `seconds`, and `jobs` with `id`, `outcome` and `error`.
  var json: JSON {
    [
      "done": .integer(endings.count - failures.count), "failed": .integer(failures.count),
      "seconds": .decimal(seconds),
      "jobs": .array(
        endings.sorted { $0.key < $1.key }.map { id, ending in
          [
            "id": .integer(Int(id)), "outcome": .string(ending.outcome),
            "error": ending.error.map(JSON.string) ?? .null,
          ]
        }),
    ]
  }

  /// Writes the report: failures with their reasons, then the summary.
  ///
  /// - Parameter asJSON: whether a program reads it.
  /// - Throws: `ExitCode` of a failure where a job failed.
  func write(asJSON: Bool) throws {
    if asJSON {
      StandardStream.output.write(json)
    } else {
      for (job, ending) in failures.prefix(20) {
        StandardStream.error.write(
          "job \(job) ended as \(ending.outcome): \((ending.error ?? "no reason given").onOneLine)")
      }
      if failures.count > 20 {
        StandardStream.error.write(
          "… and \(failures.count - 20) more; see: jira-sync status, jira-sync explain --errors")
      }
      StandardStream.output.write(text)
    }
    if !failures.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
  }
}

/// Waits until jobs have ended, and the row jobs that they caused where that is wanted.
///
/// - Parameters:
///   - jobs: the jobs.
///   - session: the database.
///   - caused: called once all known jobs have ended; gives more to follow, none ends it.
/// - Returns: how they ended.
/// - Throws: `CommandFailure` with 69 where the queue is paused, `ExitCode` 130 after Ctrl-C, `PostgresError`.
func waitForJobs(
  _ jobs: [Int64], session: QueueSession,
  caused: ((JobFollower.State) async throws -> [Int64])? = nil
) async throws -> JobsReport {
  let started = ContinuousClock.now
  return try await interruptible(saying: "stopped waiting; the jobs go on") {
    var follower = JobFollower(session: session, jobs: jobs)
    var progress = Progress(total: jobs.count, unit: "jobs")
    defer { progress.finish() }
    var isWorkerMissed = false
    var delay = Duration.milliseconds(50)
    while true {
      try await follower.look()
      let state = follower.state
      if state.open.isEmpty {
        let more = try await caused?(state) ?? []
        let known = state.ended.count
        follower.add(more)
        if follower.state.open.isEmpty {
          let seconds = (ContinuousClock.now - started) / .seconds(1)
          return JobsReport(endings: state.ended, seconds: seconds)
        }
        progress.show(known, of: known + follower.state.open.count)
        continue
      }
      progress.show(state.ended.count, of: state.ended.count + state.open.count)
      if let reason = state.pauseReason {
        throw CommandFailure(
          .unavailable,
          "the queue is paused (\(reason)), so the jobs wait. Resume it with: jira-sync jobs resume"
        )
      }
      if state.workers == 0, !isWorkerMissed, .now - started > .seconds(2) {
        isWorkerMissed = true
        progress.say(
          "no worker is running, so nothing happens yet. Start one with: jira-sync worker")
      }
      try await Task.sleep(for: delay)
      delay = min(delay * 2, .milliseconds(500))
    }
  }
}
