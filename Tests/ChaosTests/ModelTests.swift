import TestSupport
import Testing

@testable import Chaos

/// Random histories of workers and changes against the real functions; see docs/decisions/0003-chaos-and-model.md.
@Suite(.requiresPostgres, .serialized)
struct ModelTests {
  @Test
  func `no schedule of 5,000 breaks a promise of the queue`() async throws {
    let seed = UInt64.random(in: 0..<1_000_000_000)
    print("model: 5,000 schedules from seed \(seed)")
    let outcome = try await ModelRun(
      cluster: try #require(TestCluster.url), variant: .correct, seed: seed, schedules: 5_000,
      lanes: 4
    ).run()
    #expect(outcome.failure == nil, "\(outcome.failure.map { "\($0)" } ?? "")")
    #expect(outcome.schedules == 5_000)
  }

  /// Each of these is a mistake that a queue in use has, or that this one had.
  @Test(arguments: ModelVariant.allCases.filter { $0 != .correct })
  func `a queue with a mistake in it is found out`(variant: ModelVariant) async throws {
    let outcome = try await ModelRun(
      cluster: try #require(TestCluster.url), variant: variant, seed: 1, schedules: 5_000, lanes: 4
    ).run()
    #expect(outcome.failure != nil, "\(outcome.schedules) schedules have not noticed it")
  }

  @Test
  func `a seed brings its schedule back, step by step`() async throws {
    func firstFailure() async throws -> Schedule.Failure? {
      try await ModelRun(
        cluster: try #require(TestCluster.url), variant: .triggerWithoutLock, seed: 1,
        schedules: 5_000, lanes: 1
      ).run().failure
    }
    let first = try #require(try await firstFailure())
    let second = try #require(try await firstFailure())
    #expect(first.seed == second.seed)
    #expect(first.trace.count == second.trace.count)
  }
}
