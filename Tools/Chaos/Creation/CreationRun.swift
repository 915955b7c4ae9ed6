import Foundation
import Locks

/// Many runs with random faults, some at a time, until one breaks the promise.
struct CreationRun: Sendable {
  let cluster: String
  let variant: CreationVariant
  let seed: UInt64
  let runs: Int
  let lanes: Int
  /// This program, which the workers are started from.
  let executable: String
  /// Where its workers' logs go.
  let folder: String

  /// What came of the runs.
  struct Outcome: Sendable {
    var runs = 0
    var rows = 0
    var issues = 0
    var killed = 0
    var looked = 0
    var failure: String?
  }

  /// Runs them.
  func run() async throws -> Outcome {
    let next = Lock(0)
    let total = Lock(Outcome())
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<lanes {
        group.addTask {
          let lane = try await CreationLane.make(self, number: lane)
          do {
            while let number = next.withLock({ number -> Int? in
              guard number < runs else { return nil }
              number += 1
              return number - 1
            }) {
              let plan = CreationPlan(seed: seed &+ UInt64(number))
              if let failure = try await lane.perform(plan) {
                total.withLock { $0.failure = $0.failure ?? "\(plan)\n\(failure)" }
                next.withLock { $0 = runs }
                break
              }
              total.withLock { total in
                total.runs += 1
                total.rows += plan.rows
                if plan.step != .cut { total.killed += 1 }
              }
            }
            let (issues, looked) = try await lane.totals()
            total.withLock {
              $0.issues += issues
              $0.looked += looked
            }
          } catch {
            try await lane.drop()
            throw error
          }
          try await lane.drop()
        }
      }
      try await group.waitForAll()
    }
    return total.withLock { $0 }
  }
}
