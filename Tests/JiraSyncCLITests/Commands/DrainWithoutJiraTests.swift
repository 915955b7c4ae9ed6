import Postgres
import TestSupport
import Testing

/// `jira-sync worker --drain` where JIRA does not let it in or is not there.
@Suite(.requiresPostgres, .timeLimit(.minutes(20)))
struct DrainWithoutJiraTests {
  enum Trouble: String, CaseIterable, CustomTestStringConvertible {
    case refusedConnection = "a connection that is refused"
    case wrongToken = "a token that is wrong"

    var testDescription: String { rawValue }

    func breaks(_ environment: inout [String: String]) {
      switch self {
      case .refusedConnection: environment["JIRA_BASE_URL"] = "http://127.0.0.1:1"
      case .wrongToken: environment["JIRA_API_TOKEN"] = "wrong"
      }
    }

    var words: String {
      switch self {
      case .refusedConnection: "127.0.0.1 port 1"
      case .wrongToken: "credentials not accepted"
      }
    }
  }

  /// Catches a drain that waits for JIRA as a worker does, and one that charges jobs for it.
  @Test(arguments: Trouble.allCases)
  func `69 after a while, said once, no attempt charged; the next drain does the work`(
    trouble: Trouble
  ) async throws {
    try await CommandWorld.with(rows: 2) { world in
      try await world.execute("select jira_sync.enqueue('sync', id::text) from public.file_audit")
      var environment = world.environment
      trouble.breaks(&environment)
      try await Program.withFolder { program in
        let outcome = try await program.run("worker", "--drain", environment: environment)
        #expect(outcome.status == 69, "\(outcome.errors)")
        // Ten seconds, where the machine has time for it; a worker would wait for ever.
        #expect(outcome.duration < .seconds(120))
        let said = outcome.errors.split(separator: "\n").filter { $0.contains(trouble.words) }
        #expect(
          (1...2).contains(said.count), "once in the log, and once as it ends: \(outcome.errors)")
      }
      #expect(
        try await world.value(
          "select count(*) = 2 as value from jira_sync.jobs where state = 'ready' and attempt = 0"))
      let repaired = try await world.run("worker", "--drain")
      #expect(repaired.status == 0, "\(repaired.errors)")
      #expect(world.issues == 2)
      #expect(
        try await world.value(
          "select count(*) = 2 as value from jira_sync.job_history where kind = 'sync' and attempt = 1"
        ))
    }
  }

  /// Catches a program that finds the circuit open and ends without looking whether JIRA is back.
  @Test
  func `The circuit is open, and the token is right again: one drain closes it and does the work`()
    async throws
  {
    try await CommandWorld.with(rows: 2) { world in
      try await world.execute("select jira_sync.enqueue('sync', '1')")
      #expect(try await world.run("worker", "--drain").status == 0)
      try await world.execute("select jira_sync.enqueue('sync', '2')")
      var environment = world.environment
      environment["JIRA_API_TOKEN"] = "wrong"
      try await Program.withFolder { program in
        let outcome = try await program.run("worker", "--drain", environment: environment)
        #expect(outcome.status == 69, "\(outcome.errors)")
      }
      let repaired = try await world.run("worker", "--drain")
      #expect(repaired.status == 0, "\(repaired.errors)")
      #expect(world.issues == 2)
      #expect(
        try await world.value(
          "select count(*) = 0 as value from jira_sync.circuit where state <> 'closed'"))
    }
  }
}
