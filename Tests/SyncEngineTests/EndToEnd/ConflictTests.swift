import HTTP
import JSON
import Jira
import Postgres
import TestSupport
import Testing

@testable import Mapping

@Suite("Conflicts wait for a person and end when one decided", .requiresPostgres)
struct ConflictTests {
  @Test
  func `It waits with both values, the rest of the row syncs on, and people are told once`()
    async throws
  {
    try await withConflict { world, id, key in
      try await world.run("update public.file_audit set layer_number = 7 where id = \(id)")
      try await world.drain()
      try world.jira.edit(key, ["Workflows": [["value": "WF7"]]])
      try await world.poll()
      #expect(try world.jira.issue(key)["Layer number"]?.integer == 7)
      #expect(try await world.row(id)["workflows"] == ["WF7"])
      #expect(try await world.row(id)["notes"] == "the row's")
      #expect(try world.jira.issue(key).text("Notes") == "JIRA's")
      #expect(
        try await world.count("jira_sync.conflicts where issue_author = 'Alex Example'") == 1)
      let event = try await world.run("select * from jira_sync.events where kind = 'conflict'").one
      #expect(
        try event.get("message", as: String.self) == """
          notes: both sides were changed. The row says "the row's", \(key) says "JIRA's". Neither is written until a user \
          decides; the other fields go on.
          """)
      #expect(try await world.poll().count == 1, "a conflict that waits causes no calls")
    }
  }

  @Test(arguments: ["row", "jira"])
  func `Decided for one side: the next run writes its value to both`(side: String) async throws {
    try await withConflict { world, id, key in
      try await decide(world, "\(side)", nil)
      try await world.drain()
      let expected = side == "row" ? "the row's" : "JIRA's"
      #expect(try await world.row(id)["notes"] == .string(expected))
      #expect(try world.jira.issue(key).text("Notes") == expected)
      let conflict = try await world.run("select * from jira_sync.conflicts").one
      #expect(try conflict.get("winner", as: String.self) == side)
      #expect(try conflict.get("resolved_by", as: String?.self) == "ada")
      #expect(try conflict.get("applied_at", as: String?.self) != nil)
      #expect(try conflict.get("row_value", as: String.self) == "\"the row's\"")
      #expect(try conflict.get("issue_value", as: String.self) == "\"JIRA's\"")
      #expect(
        try await world.count(
          "jira_sync.changes where mapping_field = 'notes' and cause = 'decided'")
          == 1)
      #expect(try await world.count("jira_sync.events where kind = 'conflict' and resolves") == 1)
      #expect(try await world.poll().count == 1)
    }
  }

  @Test
  func `Decided for a third value: both sides get it`() async throws {
    try await withConflict { world, id, key in
      try await decide(world, "value", "\"a third\"")
      try await world.drain()
      #expect(try await world.row(id)["notes"] == "a third")
      #expect(try world.jira.issue(key).text("Notes") == "a third")
      #expect(try await world.count("jira_sync.conflicts where winner = 'value'") == 1)
      #expect(try await world.poll().count == 1)
    }
  }

  /// Catches a decision about values that nobody has any more.
  @Test
  func `The loser changed again after the decision: nothing is overwritten, a new conflict waits`()
    async throws
  {
    try await withConflict { world, id, key in
      try await decide(world, "row", nil)
      try world.jira.edit(key, ["Notes": adf("JIRA's newer")])
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "JIRA's newer")
      #expect(try await world.row(id)["notes"] == "the row's")
      let all = try await world.run(
        "select issue_value #>> '{}' as issue, resolution from jira_sync.conflicts order by id"
      ).rows
      #expect(
        try all.map { try $0.get("issue", as: String.self) } == ["JIRA's", "JIRA's newer"])
      #expect(
        try all.map { try $0.get("resolution", as: String?.self) } == ["superseded", nil])
    }
  }

  @Test
  func `People made both sides equal themselves: the conflict is over`() async throws {
    try await withConflict { world, id, key in
      try await world.run("update public.file_audit set notes = 'JIRA''s' where id = \(id)")
      try await world.drain()
      #expect(try await world.count("jira_sync.conflicts where resolution = 'agreed'") == 1)
      #expect(try await world.count("jira_sync.events where kind = 'conflict' and resolves") == 1)
      #expect(
        try await world.run("select open_conflicts from jira_sync.status").one.get(
          "open_conflicts", as: Int.self) == 0)
    }
  }

  @Test
  func `Formatting that cannot be written back: JIRA's text is kept, or given up, as decided`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.edit(
        key, ["Notes": ["type": "doc", "version": 1, "content": [bold("important")]]])
      try await world.poll()
      try await world.run("update public.file_audit set notes = 'plain' where id = \(id)")
      try await world.drain()
      #expect(try await world.count("jira_sync.conflicts where reason = 'formatting'") == 1)
      try await decide(world, "jira", nil)
      try await world.drain()
      #expect(try await world.row(id)["notes"] == "important")
      #expect(try await world.count("jira_sync.conflicts where winner = 'jira'") == 1)
    }
  }

  @Test(arguments: [
    ("select jira_sync.resolve_conflict(4711, 'row')", "there is no conflict 4711"),
    (
      "select jira_sync.resolve_conflict(id, 'left') from jira_sync.conflicts",
      "row, jira or value, not with left"
    ),
    (
      "select jira_sync.resolve_conflict(id, 'value') from jira_sync.conflicts",
      "a value goes with the resolution value"
    ),
  ])
  func `What cannot be decided is said in words`(statement: String, says: String) async throws {
    try await withConflict { world, _, _ in
      let error = await #expect(throws: PostgresError.self) {
        try await world.run(SQL(unescaped: statement))
      }
      let text = try #require(error).description
      #expect(text.contains(says))
    }
  }

  private func bold(_ text: String) -> JSON {
    [
      "type": "paragraph",
      "content": [["type": "text", "text": .string(text), "marks": [["type": "strong"]]]],
    ]
  }

  private func decide(_ world: SyncWorld, _ resolution: String, _ value: String?) async throws {
    try await world.run(
      """
      select jira_sync.resolve_conflict(id, \(resolution), \(value)::jsonb, 'ada')
      from jira_sync.conflicts where winner = 'open' and resolved_at is null
      """)
  }

  /// A row and an issue whose notes were changed on both sides, to be decided by a person.
  private func withConflict(
    _ body: (SyncWorld, Int64, String) async throws -> Void
  ) async throws {
    try await withSyncWorld { world in
      var world = world
      for index in world.setup.mapping.fields.indices
      where world.setup.mapping.fields[index].name == "notes" {
        world.setup.mapping.fields[index].conflict = .manual
      }
      let (id, key) = try await world.addLinkedRow()
      try await world.poll()
      try await world.run("update public.file_audit set notes = 'the row''s' where id = \(id)")
      try world.jira.edit(key, ["Notes": adf("JIRA's")])
      try await world.poll()
      try await body(world, id, key)
    }
  }
}
