import JSON
import Jira
import Postgres
import TestSupport
import Testing

@testable import Planning
@testable import SyncEngine

@Suite("Data Center's search may be behind: what is written rests on the issue", .requiresPostgres)
struct StaleIndexTests {
  /// Fails where a plan for JIRA is made from what the search says.
  @Test(arguments: [
    "technical_debt = 'changed in the row'", "has_technical_debt = false", "layer_number = 7",
    "workflows = '{WF7}'",
  ])
  func
    `A person edits in JIRA and the index has not seen it, then another part of the row changes: both are kept`(
      change: String
    ) async throws
  {
    try await withStaleIssue { world, id, key in
      try world.jira.edit(key, ["Notes": "from JIRA"])
      try await world.run("update public.file_audit set \(unescaped: change) where id = \(id)")
      try await world.drain()
      #expect(try await world.row(id)["notes"] == "from JIRA")
      #expect(try world.jira.issue(key).text("Notes") == "from JIRA")
      #expect(try await world.link(id).error == nil)
      // A status is reached over several transitions.
      let calls = change.hasPrefix("has_technical_debt") ? 3 : 1
      #expect(
        world.jira.writes().count == calls, "what the row changed is written, and nothing else")
      try await expectQuiet(world, key)
      #expect(try await world.row(id)["notes"] == "from JIRA")
    }
  }

  @Test
  func `The same field changes on both sides: the row wins, and the conflict keeps both values`()
    async throws
  {
    try await withStaleIssue { world, id, key in
      try world.jira.edit(key, ["Notes": "from JIRA"])
      try await world.run("update public.file_audit set notes = 'from the row' where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "from the row")
      #expect(try await world.row(id)["notes"] == "from the row")
      #expect(
        try await world.count(
          "jira_sync.conflicts where issue_value #>> '{}' = 'from JIRA' and row_value #>> '{}' = 'from the row'"
        ) == 1)
    }
  }

  @Test
  func `Polls and sweeps while the index is behind write no outdated value to either side`()
    async throws
  {
    try await withStaleIssue { world, id, key in
      try await world.run("update public.file_audit set notes = 'first' where id = \(id)")
      try await world.drain()
      try world.jira.edit(key, ["Workflows": [["value": "WF7"]]])
      world.jira.forgetCalls()
      for kind in ["poll", "sweep"] {
        try await world.run("insert into jira_sync.jobs (kind) values (\(kind))")
        try await world.drain()
      }
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(world.jira.writes() == [])
      #expect(try await world.row(id)["notes"] == "first", "the index still has the text of before")
      #expect(try world.jira.issue(key).text("Notes") == "first")
      try await expectQuiet(world, key)
      #expect(try await world.row(id)["workflows"] == ["WF7"])
    }
  }

  @Test
  func `Rows that need no write cost no read of their own, and a write costs one before it`()
    async throws
  {
    try await withSyncWorld(isDataCenter: true) { world in
      let ids = try await world.addRows(3)
      try await world.drain()
      world.jira.forgetCalls()
      for id in ids { try await world.enqueue("sync", id) }
      try await world.drain()
      let link = try await world.link(ids[0])
      let (issue, key) = (try #require(link.issueID), try #require(link.issueKey))
      func ownCalls() -> [String] {
        world.jira.calls().filter { $0.path.wholeMatch(of: /\/issue\/[0-9]+/) != nil }.map {
          "\($0.method) \($0.path)"
        }
      }
      #expect(ownCalls() == [])
      try world.jira.edit(key, ["Notes": "from JIRA"])
      try await world.poll()
      #expect(try await world.row(ids[0])["notes"] == "from JIRA")
      #expect(ownCalls() == [], "a later value of the index is taken as it is")

      world.jira.forgetCalls()
      try await world.run(
        "update public.file_audit set notes = 'from the row' where id = \(ids[0])")
      try await world.drain()
      #expect(ownCalls() == ["GET /issue/\(issue)", "PUT /issue/\(issue)", "GET /issue/\(issue)"])
    }
  }

  @Test
  func `The sandbox's index is behind in which issues it finds and in what it says of them`()
    async throws
  {
    try await withSyncWorld(isDataCenter: true) { world in
      let (_, key) = try await world.addLinkedRow()
      func found() throws -> [JSON] {
        try world.jira.ask("GET", "/search?jql=project%20%3D%20SCRSKY&fields=*all")["issues"]?.array
          ?? []
      }
      let before = try found()
      try world.jira.administer("POST", "index", ["lagMilliseconds": 86_400_000])
      try world.jira.edit(key, ["Notes": "newer"])
      _ = try await world.addLinkedRow(2)
      #expect(try found() == before)
      #expect(try world.jira.issue(key).text("Notes") == "newer")
      try world.jira.administer("POST", "index", ["lagMilliseconds": 0])
      #expect(try found().count == 2)
    }
  }

  @Test
  func `What may be decided on values of the index`() {
    let base = Base(fields: ["notes": BaseField(raw: ["notes": "a"], canonical: .text("a"))])
    let quiet = Plan(newBase: base)
    func isNeeded(
      _ plan: Plan, _ base: Base?, _ updated: Int64?, _ seen: Int64?, _ conflict: Bool = false
    ) -> Bool {
      DirectRead.isNeeded(
        for: plan, base: base, updated: updated, seen: seen, recordsConflict: conflict)
    }
    #expect(!isNeeded(quiet, base, 1, 1))
    #expect(!isNeeded(quiet, nil, nil, nil))
    #expect(isNeeded(quiet, base, 2, 1, true))
    var pending = base
    pending.fields["notes"]?.sent = .text("b")
    #expect(isNeeded(quiet, pending, 2, 1), "whether our write arrived is not known to the index")

    var pull = quiet
    pull.rowWrites = [ColumnWrite(column: "notes", old: "a", new: "b", field: "notes")]
    #expect(!isNeeded(pull, base, 2, 1))
    #expect(isNeeded(pull, base, 1, 1))
    #expect(isNeeded(pull, base, 1, nil))
    #expect(isNeeded(pull, base, nil, 1))
  }
}

/// Gives a test a linked row whose issue's further writes no search sees.
private func withStaleIssue(_ body: (SyncWorld, Int64, String) async throws -> Void) async throws {
  try await withSyncWorld(isDataCenter: true) { world in
    let (id, key) = try await world.addLinkedRow()
    try world.jira.administer("POST", "hold", ["issue": .string(key)])
    try await body(world, id, key)
  }
}

/// The index catches up, and nothing is left to write to JIRA.
private func expectQuiet(_ world: SyncWorld, _ key: String) async throws {
  try world.jira.administer("POST", "hold", ["issue": .string(key), "held": false])
  try await world.poll()
  #expect(world.jira.writes() == [])
  #expect(try await world.count("jira_sync.conflicts") == 0)
}
