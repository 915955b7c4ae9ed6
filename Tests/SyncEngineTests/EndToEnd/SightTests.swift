import JSON
import Jira
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

/// JIRA may serve calls as an anonymous user, or to an account that lost the project: what is not seen then may well be there.
@Suite("Answers that are no evidence", .requiresPostgres)
struct SightTests {
  private static let looks = [Duration.zero, .milliseconds(20), .milliseconds(40)]

  private func setToken(_ world: SyncWorld, _ token: String) throws {
    try world.jira.administer("PUT", "people/sandbox@example.com", ["token": .string(token)])
  }

  /// Broken variant: a client that believes each 200, by which the issue is made twice.
  @Test func `a creation is not made again while the token is invalid on Data Center`() async throws
  {
    try await withSyncWorld(isDataCenter: true) { world in
      let id = try await world.addRow()
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.drain(within: .milliseconds(500)) { $0.row.lookupTimes = [.seconds(30)] }
      #expect(try await world.link(id).state == "create_unknown")
      // A worker that is open when the token becomes invalid.
      let worker = try await openWorker(world)
      try setToken(world, "renewed")
      try await world.run("update jira_sync.jobs set run_at = now() where row_id = \(id)::text")
      try await world.run("select pg_notify('jira_sync', '')")
      try await world.wait(until: "exists (select from jira_sync.circuit where state <> 'closed')")
      #expect(try await world.count("jira_sync.circuit where cause = 'credentials'") == 1)
      #expect(try await world.link(id).state == "create_unknown")
      #expect(try await world.link(id).creationLookups == 0)
      #expect(world.jira.creations().count == 1)
      try setToken(world, "sandbox")
      try await world.wait(
        until:
          "exists (select from jira_sync.links where row_id = \(id)::text and state = 'linked')")
      try await worker.stop()
      #expect(try world.jira.issues().count == 1)
      #expect(try await world.link(id).issueKey == (try world.jira.issues().first?.key))
    }
  }

  @Test(arguments: ["refused on Cloud", "refused on Data Center", "empty on Cloud"])
  func `a creation is not made again while the account does not see the project`(how: String)
    async throws
  {
    try await withSyncWorld(isDataCenter: how.hasSuffix("Center")) { world in
      let id = try await world.addRow()
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.drain(within: .milliseconds(500)) { $0.row.lookupTimes = [.seconds(30)] }
      let worker = try await openWorker(world)
      if how.hasPrefix("empty") {
        try world.jira.fail(
          "POST", "/search/jql", ["status": 200, "body": ["issues": [], "isLast": true]], times: nil
        )
        try world.jira.fail(
          "GET", "/project", ["status": 404, "body": ["errorMessages": ["No project"]]], times: nil)
      } else {
        try world.jira.administer("PUT", "people/sandbox@example.com", ["browse": false])
      }
      try await world.run("update jira_sync.jobs set run_at = now() where row_id = \(id)::text")
      try await world.run("select pg_notify('jira_sync', '')")
      try await world.wait(
        until: "exists (select from jira_sync.links where last_error like '%cannot see%')")
      #expect(try await world.link(id).state == "create_unknown")
      #expect(try await world.link(id).creationLookups == 0)
      #expect(world.jira.creations().count == 1)
      world.jira.heal()
      try world.jira.administer("PUT", "people/sandbox@example.com", ["browse": true])
      try await world.wait(
        until:
          "exists (select from jira_sync.links where row_id = \(id)::text and state = 'linked')")
      try await worker.stop()
      #expect(try world.jira.issues().count == 1)
    }
  }

  /// Catches a poll that takes an empty answer for an answer.
  @Test func `a poll of a project that the account lost ends with an error and moves nothing`()
    async throws
  {
    try await withSyncWorld { world in
      _ = try await world.addLinkedRow()
      try await world.poll()
      let watermark: SQL = "select watermark::text as w from jira_sync.polls"
      let before = try await world.run(watermark).one.get("w", as: String?.self)
      let worker = try await openWorker(world)
      try world.jira.fail(
        "POST", "/search/jql", ["status": 200, "body": ["issues": [], "isLast": true]], times: nil)
      try world.jira.fail(
        "GET", "/project", ["status": 404, "body": ["errorMessages": ["No project"]]], times: nil)
      try await world.run("insert into jira_sync.jobs (kind) values ('poll')")
      try await world.wait(
        until:
          "exists (select from jira_sync.job_history where kind = 'poll' and outcome = 'refused')")
      try await worker.stop()
      #expect(try await world.run(watermark).one.get("w", as: String?.self) == before)
    }
  }

  /// A worker that has reached JIRA.
  private func openWorker(_ world: SyncWorld) async throws -> RunningWorker {
    let worker = try world.startWorker { setup in
      setup.row.lookupTimes = Self.looks
      setup.name = "open"
    }
    try await world.wait(
      until:
        "exists (select from jira_sync.jira_sessions where name = 'open' and verified_at is not null)"
    )
    return worker
  }
}
