import Foundation
import JSON
import Jira
import Postgres
import TestSupport
import Testing

@testable import SyncConfiguration
@testable import SyncEngine

@Suite("A time in the future blinds nothing", .requiresPostgres)
struct RemoteTimeTests {
  private static let times = ["2999-01-01T00:00:00.000+0000", "2099-06-01T12:00:00.000+0200"]

  /// JIRA's search shows an issue once with a time in the future.
  private func showAhead(_ key: String, _ time: String, in world: SyncWorld) throws {
    let issue = try world.jira.ask("GET", "/issue/\(key)?fields=updated")
    let shown: JSON = [
      "id": issue["id"] ?? .null, "key": .string(key), "fields": ["updated": .string(time)],
    ]
    try world.jira.fail(
      "POST", "/search/jql", ["status": 200, "body": ["issues": [shown], "isLast": true]])
  }

  private func isAhead(_ world: SyncWorld) async throws -> Bool {
    try await world.run(
      """
      select exists (select from jira_sync.polls where watermark_at > now() + interval '10 minutes')
        or exists (select from jira_sync.links where issue_updated > now() + interval '10 minutes') as ahead
      """
    ).one.get("ahead")
  }

  /// Catches a watermark that is taken from whatever a search says.
  @Test(arguments: times)
  func `One search that shows it: later edits still arrive`(time: String) async throws {
    try await withSyncWorld { world in
      var world = world
      let (id, key) = try await world.addLinkedRow()
      _ = try await world.poll()
      world.setup.sync.pollOverlap = .zero
      try showAhead(key, time, in: world)
      _ = try await world.poll()
      #expect(try await !isAhead(world))
      try world.jira.edit(key, ["Notes": adf("later")])
      _ = try await world.poll()
      #expect(try await world.row(id)["notes"] == "later")
    }
  }

  /// Catches the time of a link that hides every later change of its issue.
  @Test(arguments: times)
  func `The issue itself says so when it is read: its later edits still arrive`(time: String)
    async throws
  {
    try await withSyncWorld { world in
      var world = world
      let (id, key) = try await world.addLinkedRow()
      _ = try await world.poll()
      world.setup.sync.pollOverlap = .zero
      var read = try world.jira.ask("GET", "/issue/\(key)")
      read["fields"]?["updated"] = .string(time)
      try world.jira.fail(
        "POST", "/issue/bulkfetch",
        ["status": 200, "body": ["issues": [read], "issueErrors": []]])
      try world.jira.edit(key, ["Layer number": 9])
      _ = try await world.poll()
      #expect(try await !isAhead(world))
      try world.jira.edit(key, ["Notes": adf("later")])
      _ = try await world.poll()
      #expect(try await world.row(id)["notes"] == "later")
    }
  }

  @Test
  func
    `Marks that lie ahead already: an error that is told, and mended by the next poll with all that was missed`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let (other, otherKey) = try await world.addLinkedRow(2)
      _ = try await world.poll()
      try await world.run("update jira_sync.polls set watermark = 32472144000000")
      try await world.run(
        "update jira_sync.links set issue_updated = '2999-01-01' where row_id = \(other)::text")
      try world.jira.edit(key, ["Notes": adf("missed")])
      try world.jira.edit(otherKey, ["Notes": adf("missed too")])
      _ = try await world.poll()
      #expect(try await world.row(id)["notes"] == "missed")
      #expect(try await world.row(other)["notes"] == "missed too")
      #expect(try await !isAhead(world))
      #expect(
        try await world.count(
          "jira_sync.events where kind = 'poller_behind' and severity = 'error'") == 1)
      #expect(try await world.poll().count == 1, "nothing is left to read")
    }
  }

  @Test
  func `A watermark that does not lie ahead is not touched`() async throws {
    try await withSyncWorld { world in
      _ = try await world.addLinkedRow()
      _ = try await world.poll()
      let before: Int64 = try await world.run("select watermark from jira_sync.polls").one.get(
        "watermark")
      _ = try await world.poll()
      #expect(
        try await world.run("select watermark from jira_sync.polls").one.get(
          "watermark", as: Int64.self) == before)
      #expect(try await world.count("jira_sync.events where kind = 'poller_behind'") == 0)
    }
  }
}
