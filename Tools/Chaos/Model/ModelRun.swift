import Postgres

/// Runs many schedules, some databases at a time.
struct ModelRun: Sendable {
  /// A superuser's URI of a throwaway cluster.
  let cluster: String
  let variant: ModelVariant
  /// The first seed; each schedule has the next one.
  let seed: UInt64
  let schedules: Int
  /// How many databases are worked on at a time.
  let lanes: Int

  /// How many schedules a database sees before it is vacuumed; by hand, since vacuum of its own accord would hold a lock
  /// that schedules do not wait for.
  private static let untilCleanUp = 100

  /// What came of it.
  struct Outcome: Sendable {
    /// How many schedules ran.
    var schedules = 0
    /// The first that broke a promise.
    var failure: Schedule.Failure?
  }

  /// Runs schedules until one fails, or all have passed.
  func run() async throws -> Outcome {
    let failed = Mark()
    return try await withThrowingTaskGroup(of: Outcome.self) { group in
      for lane in 0..<lanes {
        group.addTask { try await run(lane: lane, failed: failed) }
      }
      var total = Outcome()
      for try await outcome in group {
        total.schedules += outcome.schedules
        if let failure = outcome.failure, failure.seed < total.failure?.seed ?? .max {
          total.failure = failure
        }
      }
      return total
    }
  }

  private func run(lane: Int, failed: Mark) async throws -> Outcome {
    let database = try await ModelDatabase.make(on: cluster, variant: variant)
    var outcome = Outcome()
    do {
      for number in stride(from: lane, to: schedules, by: lanes) where !failed.isRaised {
        if outcome.schedules % Self.untilCleanUp == Self.untilCleanUp - 1 {
          try await database.cleanUp()
        }
        var schedule = Schedule(seed: seed &+ UInt64(number), database: database)
        outcome.schedules += 1
        do {
          try await schedule.run()
        } catch let failure as Schedule.Failure {
          outcome.failure = failure
          failed.raise()
        }
      }
    } catch {
      try await database.drop()
      throw error
    }
    try await database.drop()
    return outcome
  }
}
