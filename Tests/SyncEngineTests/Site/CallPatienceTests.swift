import Jira
import Locks
import Postgres
import SyncConfiguration
import TestSupport
import Testing

@testable import SyncEngine

/// Calls of mass work let those of single edits go first.
@Suite(.requiresPostgres, .timeLimit(.minutes(10))) struct CallPatienceTests {
  private let call = JiraCall(method: "GET", endpoint: "GET /issue/{id}", isWrite: false)

  /// Gives a body a budget of ten calls a second, and forty calls of mass work that wait for it.
  private func withMass(
    _ body: (CallBudget, Lock<Int>) async throws -> Void
  ) async throws {
    try await withDatabase { database in
      let client = PostgresClient(try database.configuration)
      let budget = CallBudget(database: client)
      try await budget.set(SiteLimits(callsPerSecond: 10))
      let passed = Lock(0)
      let (first, began) = AsyncStream.makeStream(of: Void.self)
      let call = call
      let mass = Task {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<40 {
            group.addTask {
              try await CallPatience.$isMass.withValue(true) { try await budget.pass(call) }
              passed.withLock { $0 += 1 }
              began.yield()
            }
          }
          try await group.waitForAll()
        }
      }
      for await _ in first { break }
      try await body(budget, passed)
      try await mass.value
      #expect(passed.withLock { $0 } == 40)
      await client.close()
    }
  }

  /// Caught: slots in the order of asking, where the single edit comes after all forty.
  @Test(arguments: [1, 3])
  func `a single edit does not wait behind mass work`(calls: Int) async throws {
    try await withMass { budget, passed in
      let before = passed.withLock { $0 }
      for _ in 0..<calls { try await budget.pass(call) }
      let meanwhile = passed.withLock { $0 } - before
      // A quarter of a second of slots was given before each call, and one may leave at the same time.
      #expect(meanwhile <= 5 * calls)
    }
  }

  @Test func `mass work alone gets on`() async throws {
    try await withMass { _, _ in }
  }
}
