import Foundation
import TestSupport
import Testing

@testable import Chaos

/// Workers that are killed, and connections that are cut, at every step of making issues; see
/// docs/decisions/0030-exactly-one-issue.md.
@Suite(.requiresPostgres, .serialized)
struct CreationTests {
  private func run(
    _ variant: CreationVariant, seed: UInt64, runs: Int
  ) async throws -> CreationRun.Outcome {
    try await CreationRun(
      cluster: try #require(TestCluster.url), variant: variant, seed: seed, runs: runs, lanes: 4,
      executable: try ChaosTests.executable().path, folder: NSTemporaryDirectory()
    ).run()
  }

  @Test
  func `whatever breaks in a hundred runs, each row has exactly one issue`() async throws {
    let seed = UInt64.random(in: 0..<1_000_000_000)
    print("creation: 100 runs from seed \(seed)")
    let outcome = try await run(.correct, seed: seed, runs: 100)
    #expect(outcome.failure == nil, "\(outcome.failure ?? "")")
    #expect(outcome.runs == 100)
    #expect(outcome.issues == outcome.rows)
    // Else the runs prove nothing.
    #expect(outcome.killed > 50)
    #expect(outcome.looked > 20)
  }

  @Test(arguments: CreationVariant.allCases.filter { $0 != .correct })
  func `a worker with a mistake in it is found out`(variant: CreationVariant) async throws {
    let outcome = try await run(variant, seed: 1, runs: 100)
    #expect(outcome.failure != nil, "\(outcome.runs) runs have not noticed it")
  }
}
