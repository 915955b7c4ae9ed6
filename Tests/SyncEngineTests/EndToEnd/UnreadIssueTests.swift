import Foundation
import JSON
import Jira
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

@Suite("One issue that cannot be read stops no other", .requiresPostgres)
struct UnreadIssueTests {
  /// A document with lists one inside the other, which JIRA's answer about many issues nests deeper than the request.
  private func nested(_ lists: Int) -> JSON {
    var inner: JSON = [
      "type": "paragraph", "content": [["type": "text", "text": "deep"]],
    ]
    let first = inner
    for level in 0..<lists {
      // An item begins with a paragraph.
      let content: JSON = level == 0 ? [inner] : [first, inner]
      inner = ["type": "bulletList", "content": [["type": "listItem", "content": content]]]
    }
    return ["type": "doc", "version": 1, "content": [inner]]
  }

  private func events(_ world: SyncWorld) async throws -> Int {
    try await world.count("jira_sync.events where fingerprint like 'unread:%'")
  }

  /// Catches a poll that never ends again, and an error that names no issue.
  @Test
  func `JSON that is nested too deep: the poll goes on, and the link names the issue`() async throws
  {
    try await withSyncWorld { world in
      let ids = try await world.addRows(5)
      try await world.drain()
      _ = try await world.poll()
      var keys: [String] = []
      for id in ids { keys.append(try #require(try await world.link(id).issueKey)) }
      try world.jira.edit(keys[2], ["description": nested(126)])
      for place in [0, 1, 3, 4] { try world.jira.edit(keys[place], ["Notes": adf("edited")]) }
      _ = try await world.poll()
      for place in [0, 1, 3, 4] {
        #expect(try await world.row(ids[place])["notes"] == "edited")
        #expect(try await world.link(ids[place]).error == nil)
      }
      let error = try #require(try await world.link(ids[2]).error)
      #expect(error.contains("\(keys[2]) cannot be read"))
      #expect(error.contains("levels deep"))
      #expect(try await events(world) == 1)
      let shown = try await world.previews(ids)
      #expect(shown.map(\.action).filter { $0 == .unread }.count == 1)
      #expect(shown[2].note?.contains("levels deep") == true, "not called deleted")
      #expect(
        try await world.run("select last_error from jira_sync.polls").one.get(
          "last_error", as: String?.self) == nil)
      // Said once, and the row's own job says the same.
      _ = try await world.poll()
      #expect(try await events(world) == 1)
      try await world.run("update public.file_audit set notes = 'mine'")
      try await world.drain()
      #expect(try world.jira.issue(keys[0]).text("Notes") == "mine")
      #expect(try await world.link(ids[2]).error?.contains("cannot be read") == true)
      #expect(try await world.count("jira_sync.jobs") == 0, "no attempt is repeated in vain")
      // Made flatter by a person, it is read again.
      try world.jira.edit(keys[2], ["description": adf("flat")])
      _ = try await world.poll()
      try await world.run("insert into jira_sync.jobs (kind) values ('sweep')")
      try await world.drain()
      #expect(try await world.link(ids[2]).error == nil)
      #expect(try world.jira.issue(keys[2]).text("Notes") == "mine")
    }
  }

  @Test(arguments: [1, 60, 120])
  func `A document that is deep and can be read is read`(lists: Int) async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.edit(key, ["description": nested(lists), "Notes": adf("edited")])
      _ = try await world.poll()
      #expect(try await world.row(id)["notes"] == "edited")
      #expect(try await world.link(id).error?.contains("cannot be read") != true)
    }
  }

  /// Catches a permission for one issue that ends every poll and sweep, and attempts that are used up.
  @Test(arguments: [false, true])
  func `Data Center: a security level hides one issue`(isMoved: Bool) async throws {
    try await withSyncWorld(isDataCenter: true) { world in
      let ids = try await world.addRows(4)
      try await world.drain()
      _ = try await world.poll()
      var keys: [String] = []
      for id in ids { keys.append(try #require(try await world.link(id).issueKey)) }
      try world.jira.administer("POST", "hide", ["issue": .string(keys[1])])
      if isMoved {
        // As the link has it after a move that was seen before the permission went.
        try await world.run(
          "update jira_sync.links set issue_key = 'SECRET-1' where row_id = \(ids[1])::text")
      }
      try world.jira.edit(keys[0], ["Notes": "edited"])
      _ = try await world.poll()
      #expect(try await world.row(ids[0])["notes"] == "edited")
      try await world.run("update public.file_audit set notes = 'mine'")
      try await world.drain()
      for place in [0, 2, 3] {
        #expect(try world.jira.issue(keys[place]).text("Notes") == "mine")
        #expect(try await world.link(ids[place]).error == nil)
      }
      let error = try #require(try await world.link(ids[1]).error)
      #expect(error.contains("cannot be read"))
      #expect(error.contains("Browse projects"))
      #expect(try await world.outcomes(ids[1]).last == "refused")
      #expect(try await world.outcomes(ids[1]).contains("retry") == false)
      try await world.run("insert into jira_sync.jobs (kind) values ('sweep')")
      try await world.drain()
      #expect(
        try await world.run("select sweep_error from jira_sync.polls").one.get(
          "sweep_error", as: String?.self) == nil)
      #expect(try await world.link(ids[1]).state == "linked")
      #expect(
        try await world.count("jira_sync.links where missed_sweeps > 0") == 0, "it is there")
      try world.jira.administer("POST", "hide", ["issue": .string(keys[1]), "hidden": false])
      try await world.run("insert into jira_sync.jobs (kind) values ('sweep')")
      try await world.drain()
      #expect(try await world.link(ids[1]).error == nil)
      #expect(try world.jira.issue(keys[1]).text("Notes") == "mine")
    }
  }
}
