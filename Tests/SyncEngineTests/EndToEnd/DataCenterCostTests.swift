import JSON
import Jira
import Postgres
import TestSupport
import Testing

@Suite("What Data Center costs in calls", .requiresPostgres)
struct DataCenterCostTests {
  private func properties(_ world: SyncWorld) -> Int {
    world.jira.calls().count { $0.path.contains("/properties/") }
  }

  /// Catches a property read for each issue.
  @Test
  func `Creations and changes take calls by the hundred`() async throws {
    try await withSyncWorld(isDataCenter: true) { world in
      try await world.addRows(120)
      world.jira.forgetCalls()
      try await world.drain()
      #expect(try await world.count("jira_sync.links where state = 'linked'") == 120)
      #expect(properties(world) == 0)
      #expect(world.jira.calls().count <= 20, "\(world.jira.calls().map(\.path))")
      _ = try await world.poll()
      for issue in try world.jira.issues() { try world.jira.edit(issue.key, ["Notes": "edited"]) }
      let calls = try await world.poll()
      #expect(try await world.count("public.file_audit where notes = 'edited'") == 120)
      #expect(properties(world) == 0)
      #expect(calls.count <= 12, "\(calls.map(\.path))")
    }
  }

  /// Catches a row that is given the issue of another with the same text.
  @Test
  func `Where the fields leave it open which row an issue is for, its property is read`()
    async throws
  {
    try await withSyncWorld(isDataCenter: true) { world in
      let ids = try await world.addRows(3)
      try await world.drain()
      for id in ids {
        let link = try await world.link(id)
        let issue = try world.jira.issue(try #require(link.issueKey))
        #expect(issue.marker?["marker"]?.string == link.marker)
      }
    }
  }

  /// Catches a batch that begins again from the start, with attempts that are used up.
  @Test
  func `One 429 among the reads of a batch: what was read is kept, and no attempt is charged`()
    async throws
  {
    try await withSyncWorld(isDataCenter: true) { world in
      try await world.addRows(10)
      // The reading back of what was made.
      try world.jira.fail(
        "POST", "/search", ["status": 429, "headers": ["Retry-After": "1"]], times: 1)
      try await world.drain()
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      #expect(try await world.count("jira_sync.links where state = 'linked'") == 10)
      #expect(try world.jira.issues().count == 10)
      #expect(
        try await world.count("jira_sync.job_history where outcome in ('retry', 'refused', 'dead')")
          == 0)
    }
  }
}
