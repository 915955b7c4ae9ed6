/// Jobs of a claim that run together.
struct JobBatch: Sendable, Hashable {
  var jobs: [Job]
  /// Whether it is part of mass work, which lets single edits go first.
  var isMass: Bool

  /// From how many rows of one role on in one claim they run apart from single edits.
  ///
  /// `defer_mass_edits()` knows of more than 100 within a minute; until it has looked, this keeps a single edit from waiting
  /// in the middle of them.
  static let fewestOfMass = 20

  /// Divides jobs into runs: single edits apart from mass work, which would make them wait.
  ///
  /// - Parameters:
  ///   - jobs: the jobs of one handler.
  ///   - largest: how many a run may have.
  /// - Returns: the runs, single edits first.
  static func batches(of jobs: [Job], largest: Int) -> [JobBatch] {
    var counts: [String: Int] = [:]
    for job in jobs where job.rowID != nil && job.priority == 0 {
      counts[job.enqueuedBy, default: 0] += 1
    }
    func isMass(_ job: Job) -> Bool {
      guard job.rowID != nil, job.priority <= 0 else { return false }
      return job.priority < 0 || counts[job.enqueuedBy, default: 0] > fewestOfMass
    }
    return [false, true].flatMap { wanted in
      let part = jobs.filter { isMass($0) == wanted }
      return stride(from: 0, to: part.count, by: largest).map { start in
        JobBatch(jobs: Array(part[start..<min(start + largest, part.count)]), isMass: wanted)
      }
    }
  }
}
