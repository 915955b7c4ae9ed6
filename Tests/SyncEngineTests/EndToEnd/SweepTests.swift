import HTTP
import JSON
import Jira
import Postgres
import SyncEngine
import TestSupport
import Testing

@testable import Planning
@testable import SyncConfiguration

@Suite("The sweep finds what is gone", .requiresPostgres)
struct SweepTests {
  /// Catches a sweep that believes a single look.
  @Test
  func `Deleted: the first sweep only notes it, the second ends the link and says so`() async throws
  {
    try await withLinkedRows(5) { world, ids, keys in
      try world.jira.ask("DELETE", "/issue/\(keys[1])")
      try await world.sweep()
      #expect(try await world.link(ids[1]).state == "linked")
      try await world.sweep()
      let link = try await world.link(ids[1])
      #expect(link.state == "issue_gone")
      #expect(link.error == "\(keys[1]) was deleted, or moved out of sight")
      #expect(try await world.count("jira_sync.links where state = 'linked'") == 4)
      #expect(try await world.count("jira_sync.events where fingerprint like 'issue_gone:%'") == 1)
      #expect(
        try await world.count("jira_sync.events where kind = 'row_refused'") == 1, "said once")
      #expect(try await world.row(ids[1])["has_technical_debt"] == true, "nothing is destroyed")
      #expect(world.jira.writes() == [])
      try await world.run("update public.file_audit set notes = 'x' where id = \(ids[1])")
      try await world.drain()
      #expect(try world.jira.issues().count == 4, "it is not made again by itself")
    }
  }

  @Test
  func `Seen again between two sweeps: it counts from the beginning`() async throws {
    try await withLinkedRows(5) { world, ids, keys in
      let id = try await world.link(ids[0]).issueID ?? ""
      try hide(id, in: world)
      try await world.sweep()
      #expect(try await missed(ids[0], world) == 1)
      world.jira.heal()
      try await world.sweep()
      #expect(try await missed(ids[0], world) == 0)
      try hide(id, in: world)
      try await world.sweep()
      #expect(try await world.link(ids[0]).state == "linked")
    }
  }

  @Test
  func `An issue that comes back heals its link, and what was edited meanwhile arrives`()
    async throws
  {
    try await withLinkedRows(5) { world, ids, keys in
      try await world.run(
        "update jira_sync.links set state = 'issue_gone', missed_sweeps = 2 where row_id = \(ids[0])"
      )
      try world.jira.edit(keys[0], ["Notes": adf("while away")])
      try await world.sweep()
      #expect(try await world.link(ids[0]).state == "linked")
      #expect(try await world.row(ids[0])["notes"] == "while away")
    }
  }

  @Test
  func `Moved to another project: the link follows, and the row names the new key`() async throws {
    try await withLinkedRows(5) { world, ids, keys in
      try world.jira.moveToProject(keys[2], as: "OTHER-7")
      for _ in 0..<3 { try await world.sweep() }
      #expect(try await world.link(ids[2]).state == "linked")
      #expect(try await world.link(ids[2]).issueKey == "OTHER-7")
      #expect(try await world.row(ids[2])["jira_tickets"] == [.string(keys[2]), "OTHER-7"])
    }
  }

  /// Catches the sweep that takes a lost permission for a mass deletion.
  @Test
  func `Everything is out of sight: a permission problem, which changes nothing and says so`()
    async throws
  {
    try await withLinkedRows(6) { world, ids, _ in
      try world.jira.fail(
        "POST", "/search/jql", ["status": 200, "body": ["issues": [], "isLast": true]], times: nil)
      try world.jira.fail(
        "POST", "/issue/bulkfetch", ["status": 200, "body": ["issues": [], "issueErrors": []]],
        times: nil)
      for _ in 0..<3 { try await world.sweep() }
      #expect(try await world.count("jira_sync.links where state = 'linked'") == ids.count)
      #expect(try await world.count("jira_sync.links where missed_sweeps > 0") == 0)
      let error: String = try await world.run("select sweep_error from jira_sync.polls").one.get(
        "sweep_error")
      #expect(error.contains("6 of 6 linked issues were not found"))
      #expect(error.contains("nothing was changed"))
      #expect(try await world.count("jira_sync.events where fingerprint = 'sweep:SCRSKY'") == 3)
      world.jira.heal()
      try await world.sweep()
      #expect(try await world.count("jira_sync.polls where sweep_error is null") == 1)
      #expect(try await world.count("jira_sync.events where resolves") == 1)
    }
  }

  /// Catches a sweep that fails on JIRA's answer to such a search, which is that there is no project of this name.
  @Test
  func `The permission Browse projects is gone: said in these words, until it is back`()
    async throws
  {
    try await withLinkedRows(5) { world, ids, keys in
      try world.jira.ask("DELETE", "/issue/\(keys[0])")
      for _ in 0..<2 {
        let once = Once()
        // Taken away from a worker that is at work: one that starts is refused before.
        try await world.sweep { setup in
          setup.hooks.before = { request in
            guard request.url.contains("/search/jql"), once.isFirst() else { return }
            await once.attempt { try mayBrowse(false, in: world) }
          }
        }
        #expect(once.hasHappened && once.error == nil)
        try mayBrowse(true, in: world)
      }
      #expect(try await world.count("jira_sync.links where state = 'linked'") == ids.count)
      #expect(try await world.count("jira_sync.links where missed_sweeps > 0") == 0)
      #expect(
        try await world.count("jira_sync.polls where sweep_error like '%Browse projects%'") == 1)
      for _ in 0..<2 { try await world.sweep() }
      #expect(try await world.link(ids[0]).state == "issue_gone")
      #expect(try await world.count("jira_sync.polls where sweep_error is null") == 1)
    }
  }

  @Test(arguments: DeletionPolicy.allCases)
  func `What becomes of the row of a deleted issue`(policy: DeletionPolicy) async throws {
    try await withLinkedRows(5) { world, ids, keys in
      var world = world
      world.setup.sync.onIssueDeleted = policy
      try world.jira.ask("DELETE", "/issue/\(keys[0])")
      for _ in 0..<2 { try await world.sweep() }
      let row = try await world.row(ids[0])
      let isTold = policy == .comment || policy == .close
      #expect(row["notes"]?.string == (isTold ? "JIRA issue \(keys[0]) was deleted." : nil))
      #expect(row["has_technical_debt"]?.bool == (policy != .close))
      #expect(try await world.link(ids[0]).state == (policy == .unlink ? "unlinked" : "issue_gone"))
      #expect(try await world.count("jira_sync.jobs") == 0)
      #expect(world.jira.writes() == [])
    }
  }

  @Test(arguments: DeletionPolicy.allCases)
  func `What becomes of the issue of a deleted row`(policy: DeletionPolicy) async throws {
    try await withLinkedRows(1) { world, ids, keys in
      var world = world
      world.setup.row.onRowDeleted = policy
      try await world.run("delete from public.file_audit where id = \(ids[0])")
      try await world.drain()
      #expect(try await world.link(ids[0]).state == "row_gone")
      let issue = try world.jira.issue(keys[0])
      let comments = try world.jira.ask("GET", "/issue/\(keys[0])/comment")["total"]?.integer
      #expect(comments == (policy == .comment || policy == .close ? 1 : 0))
      #expect(issue.status == (policy == .close ? "Done" : "To Do"))
      #expect((issue.marker != nil) == (policy != .unlink))
      // Loaded again, the row has its issue back, as it wants it; unless the issue was let go.
      try await world.addRows()
      try await world.drain()
      #expect(try world.jira.issues().count == (policy == .unlink ? 2 : 1))
      #expect(try world.jira.issues().last?.status == "To Do")
    }
  }

  @Test
  func `A reload in one transaction is no deletion: issues are neither told nor closed`()
    async throws
  {
    try await withLinkedRows(3) { world, _, keys in
      var world = world
      world.setup.row.onRowDeleted = .close
      try await world.transaction(["truncate public.file_audit", SyncWorld.insertion(3)])
      try await world.drain()
      for key in keys { #expect(try world.jira.issue(key).status == "To Do") }
      #expect(world.jira.calls().filter { $0.path.hasSuffix("/comment") }.isEmpty)
      #expect(try world.jira.issues().count == 3)
    }
  }

  private func missed(_ row: Int64, _ world: SyncWorld) async throws -> Int {
    try await world.run(
      "select missed_sweeps from jira_sync.links where row_id = \(row)"
    ).one.get("missed_sweeps")
  }

  /// Makes one issue invisible, to the search and to a direct look.
  private func mayBrowse(_ may: Bool, in world: SyncWorld) throws {
    try world.jira.administer("PUT", "people/sandbox@example.com", ["browse": .bool(may)])
  }

  private func hide(_ id: String, in world: SyncWorld) throws {
    let shown = try world.jira.ask(
      "POST", "/search/jql",
      ["jql": "project = SCRSKY", "fields": ["key"], "maxResults": 5_000])
    let rest = (shown["issues"]?.array ?? []).filter { $0["id"]?.string != id }
    try world.jira.fail(
      "POST", "/search/jql", ["status": 200, "body": ["issues": .array(rest), "isLast": true]],
      times: nil)
    try world.jira.fail(
      "POST", "/issue/bulkfetch", ["status": 200, "body": ["issues": [], "issueErrors": []]],
      times: nil)
  }

  private func withLinkedRows(
    _ count: Int, _ body: (SyncWorld, [Int64], [String]) async throws -> Void
  ) async throws {
    try await withSyncWorld { world in
      let ids = try await world.addRows(count)
      try await world.drain()
      var keys: [String] = []
      for id in ids { keys.append(try await world.link(id).issueKey ?? "") }
      world.jira.forgetCalls()
      try await body(world, ids, keys)
    }
  }
}

extension SyncWorld {
  /// Asks for a sweep, and works until nothing is left to do.
  func sweep(_ change: (inout WorkerSetup) -> Void = { _ in }) async throws {
    try await run("insert into jira_sync.jobs (kind) values ('sweep')")
    try await drain(change)
  }
}
