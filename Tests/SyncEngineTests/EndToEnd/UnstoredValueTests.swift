import HTTP
import JSON
import Mapping
import Postgres
import TestSupport
import Testing

@testable import SyncConfiguration
@testable import SyncEngine

/// A JIRA that accepts a field and does not store it, or stores something else.
@Suite("What JIRA does not store", .requiresPostgres)
struct UnstoredValueTests {
  /// A field that JIRA ignores, and how a test changes and reads it.
  struct Field: Sendable, CustomTestStringConvertible {
    let column: String
    let name: String
    /// The row's new value, as a literal of SQL.
    let new: String
    let isDataCenter: Bool

    var testDescription: String { "\(column) on \(isDataCenter ? "Data Center" : "Cloud")" }

    static let all = [false, true].flatMap { isDataCenter in
      [
        Field(column: "notes", name: "Notes", new: "x", isDataCenter: isDataCenter),
        Field(column: "layer_name", name: "Layer", new: "Services", isDataCenter: isDataCenter),
        Field(column: "layer_number", name: "Layer number", new: "7", isDataCenter: isDataCenter),
        Field(column: "workflows", name: "Workflows", new: "{WF3,WF4}", isDataCenter: isDataCenter),
      ]
    }
  }

  private func set(_ field: Field, _ world: SyncWorld, _ id: Int64) async throws {
    _ = try await world.sql.query(
      """
      update public.file_audit
      set \(identifier: field.column) = (jsonb_populate_record(null::public.file_audit,
        jsonb_build_object(\(field.column)::text,
          case when \(field.new)::text like '{%' then to_jsonb(\(field.new)::text::text[])
            else to_jsonb(\(field.new)::text) end))).\(identifier: field.column),
        file_name = 'renamed.py'
      where id = \(id)
      """, doing: "changing a row")
  }

  /// Runs the row until nothing more is to do, as polls and people would.
  private func goOn(_ world: SyncWorld, _ id: Int64) async throws {
    for _ in 0..<3 {
      try await world.enqueue("sync", id)
      try await world.poll()
    }
  }

  @Test(arguments: Field.all)
  func
    `An edit: the row keeps its value, the link names column and field, the rest goes on, nothing is sent again`(
      _ field: Field
    ) async throws
  {
    try await withSyncWorld(isDataCenter: field.isDataCenter) { world in
      let (id, key) = try await world.addLinkedRow()
      let before = try world.jira.issue(key)[field.name]
      try world.jira.administer(
        "POST", "storage", ["field": .string(field.name), "on": ["edit"], "effect": "ignore"])
      try await set(field, world, id)
      let row = try await world.row(id)
      try await world.drain()
      #expect(try await world.row(id)[field.column] == row[field.column], "the row is the row's")
      #expect(try world.jira.issue(key)[field.name] == before)
      #expect(try world.jira.issue(key).text("File name") == "renamed.py", "the others go on")
      let error = try #require(try await world.link(id).error)
      #expect(error.contains("\(field.column): JIRA accepted"))
      #expect(error.contains("field \(field.name) ("))
      #expect(error.contains("did not store it"))
      #expect(
        try await world.count(
          "jira_sync.changes where mapping_field = \(field.column) and cause <> 'created'") == 0,
        "what was not stored was not written")

      world.jira.forgetCalls()
      try await goOn(world, id)
      #expect(world.jira.writes().filter { $0.method == "PUT" } == [])
      #expect(try await world.row(id)[field.column] == row[field.column])
      #expect(try await world.link(id).error == error, "the same error, so one incident")
      #expect(try await world.count("jira_sync.conflicts") == 0)

      // A change of the row sends it again.
      try world.jira.administer("DELETE", "storage")
      try await world.run("update public.file_audit set file_name = 'again.py' where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).error == nil)
      #expect(try world.jira.issue(key)[field.name] != before)
    }
  }

  @Test(arguments: [
    ("Notes", false, 1), ("Layer", false, 3), ("Workflows", true, 2), ("Notes", true, 1),
  ])
  func `A creation: the issue is made, the row keeps its value, the link says what is missing`(
    field: String, isDataCenter: Bool, count: Int
  ) async throws {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      try world.jira.administer(
        "POST", "storage", ["field": .string(field), "effect": "ignore"])
      let ids = try await world.addRows(count, debt: false)
      try await world.run("update public.file_audit set notes = 'kept', has_technical_debt = true")
      try await world.drain()
      #expect(try world.jira.issues().count == count)
      for id in ids {
        let row = try await world.row(id)
        #expect(row["notes"] == "kept" && row["layer_name"] == "Routers")
        #expect(row["workflows"] == ["WF1", "WF2"])
        let link = try await world.link(id)
        #expect(link.state == "linked")
        let error = try #require(link.error)
        #expect(error.contains("field \(field) (") && error.contains("did not store it"))
        let key = try #require(link.issueKey)
        #expect(try world.jira.issue(key)[field] == nil)
        #expect(try world.jira.issue(key).text("File name") != nil)
        world.jira.forgetCalls()
        try await goOn(world, id)
        #expect(world.jira.writes() == [])
        #expect(try await world.row(id)["notes"] == "kept")
      }
    }
  }

  /// Catches an issue that is linked without being compared with what was sent.
  @Test
  func `A creation whose answer is lost: what JIRA did not store is found when the issue is found`()
    async throws
  {
    try await withSyncWorld { world in
      try world.jira.administer("POST", "storage", ["field": "Notes", "effect": "ignore"])
      let id = try await world.addRows(1, debt: false)[0]
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.run("update public.file_audit set notes = 'kept', has_technical_debt = true")
      try await world.drain { $0.row.lookupTimes = [.milliseconds(50), .seconds(4)] }
      #expect(try world.jira.issues().count == 1)
      #expect(try await world.row(id)["notes"] == "kept")
      #expect(try await world.link(id).error?.contains("field Notes (") == true)
    }
  }

  /// Counter-case: right before, and to stay so.
  @Test
  func `A person edits the issue between its creation and the first look: that is an edit`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRows(1, debt: false)[0]
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      try await world.run("update public.file_audit set notes = 'first', has_technical_debt = true")
      let worker = try world.startWorker { $0.row.lookupTimes = [.seconds(1), .seconds(8)] }
      try await world.wait(
        until: "select exists (select from jira_sync.links where state = 'create_unknown')")
      let key = try #require(try world.jira.issues().first?.key)
      try world.jira.edit(key, ["Notes": adf("a person's")])
      try await world.wait(
        until: "select exists (select from public.file_audit where notes = 'a person''s')")
      try await worker.stop()
      #expect(try await world.link(id).error == nil)
    }
  }

  /// A value that JIRA alters.
  struct Alteration: Sendable, CustomTestStringConvertible {
    let field: String
    let effect: String
    let set: SQL
    let missing: String
    var isDataCenter = false

    var testDescription: String { "\(field): \(effect)\(isDataCenter ? ", Data Center" : "")" }

    static let all = [
      Alteration(
        field: "Workflows", effect: "drop", set: "workflows = '{WF3,WF4,WF5}'", missing: "WF5"),
      Alteration(
        field: "Workflows", effect: "drop", set: "workflows = '{WF3,WF4,WF5}'", missing: "WF5",
        isDataCenter: true),
      Alteration(field: "Points", effect: "round", set: "points = 2.5", missing: "2.5"),
    ]
  }

  private func pointsMapping(_ world: SyncWorld) async throws -> Mapping {
    try await world.run("alter table public.file_audit add column points numeric")
    try world.jira.administer("POST", "fields", ["name": "Points", "type": "float"])
    return try ConfigurationFile(
      yaml: """
        fields:
          points: {column: points, field: Points, direction: both, conflict: jira_wins}
          workflows: {direction: both, conflict: jira_wins}
        """, file: "m.yaml", columns: nil
    ).mapping
  }

  @Test(arguments: Alteration.all)
  func
    `One of three options is missing, or a number is rounded: as if not stored, whoever wins conflicts`(
      _ alteration: Alteration
    ) async throws
  {
    try await withSyncWorld(isDataCenter: alteration.isDataCenter) { world in
      var world = world
      world.setup.mapping = try await pointsMapping(world)
      let (id, key) = try await world.addLinkedRow()
      try world.jira.administer(
        "POST", "storage",
        ["field": .string(alteration.field), "effect": .string(alteration.effect)])
      try await world.run("update public.file_audit set \(alteration.set) where id = \(id)")
      let row = try await world.row(id)
      try await world.drain()
      try await goOn(world, id)
      #expect(try await world.row(id)["workflows"] == row["workflows"])
      #expect(try await world.row(id)["points"] == row["points"])
      let error = try #require(try await world.link(id).error)
      #expect(error.contains("field \(alteration.field) (") && error.contains("instead"))
      #expect(error.contains(alteration.missing))

      // Set back, the row's value goes out again.
      try world.jira.administer("DELETE", "storage")
      try await world.run(
        "update public.file_audit set workflows = '{WF1,WF2}', points = null where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).error == nil)
      #expect(try world.jira.issue(key).options("Workflows") == ["WF1", "WF2"])
      #expect(try world.jira.issue(key)["Points"] == nil)
    }
  }

  /// Counter-case: right before, and to stay so.
  @Test
  func `Normalizations of JIRA are agreed: labels in small letters, times to the minute`()
    async throws
  {
    try await withSyncWorld { world in
      var world = world
      try world.jira.administer("POST", "fields", ["name": "Topics", "type": "labels"])
      try world.jira.administer("POST", "storage", ["field": "Topics", "effect": "lower"])
      try world.jira.administer("POST", "storage", ["field": "Audit date", "effect": "minute"])
      world.setup.mapping = try ConfigurationFile(
        yaml: "fields:\n  topics: {column: workflows, field: Topics, direction: push}\n",
        file: "m.yaml", columns: nil
      ).mapping
      let (id, key) = try await world.addLinkedRow()
      #expect(try world.jira.issue(key)["Topics"] == ["wf1", "wf2"])
      try await world.run(
        "update public.file_audit set audit_date = '2026-01-02 03:04:05.678' where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).error == nil)
      world.jira.forgetCalls()
      try await goOn(world, id)
      #expect(world.jira.writes() == [])
      #expect(try await world.row(id)["audit_date"] == "2026-01-02T03:04:05.678")
    }
  }

  /// Counter-case: right before, and to stay so.
  @Test(arguments: [false, true])
  func `Another user edits the field between our write and our look: the merge table decides`(
    isDataCenter: Bool
  ) async throws {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      let (id, key) = try await world.addLinkedRow()
      let once = Once()
      let jira = world.jira
      // A status is reached after the edit, so the issue is read again then.
      try await world.run(
        "update public.file_audit set notes = 'ours', audit_status = 'IN_PROGRESS' where id = \(id)"
      )
      try await world.drain { setup in
        setup.hooks.before = { request in
          guard request.method == "GET", request.url.contains("/transitions"), once.isFirst() else {
            return
          }
          await once.attempt {
            try jira.edit(key, ["Notes": isDataCenter ? "theirs" : adf("theirs")])
          }
        }
      }
      try await goOn(world, id)
      #expect(try await world.row(id)["notes"] == "theirs")
      #expect(try await world.link(id).error == nil)
    }
  }

  @Test
  func `A field that is only pushed: row and issue differ, and explain would say so`() async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.administer("POST", "storage", ["field": "Layer", "effect": "ignore"])
      try await world.run("update public.file_audit set layer_name = 'Services' where id = \(id)")
      try await world.drain()
      let base = try #require(try await world.link(id).base?["fields"]?["layer_name"])
      #expect(base["canonical"]?.text.contains("Routers") == true, "the base does not move")
      #expect(base["unstored"] != nil)
      #expect(try world.jira.issue(key).text("Layer") == "Routers")
    }
  }

  @Test
  func `Once a day a poll sends it again; not before, and not more often`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.administer("POST", "storage", ["field": "Notes", "effect": "ignore"])
      try await world.run("update public.file_audit set notes = 'x' where id = \(id)")
      try await world.drain()
      func yesterday() async throws {
        try await world.run(
          """
          update jira_sync.links set base = jsonb_set(base, '{fields,notes,unstored,at}',
            to_jsonb(extract(epoch from clock_timestamp()) - 86401))
          """)
        try await world.run("delete from jira_sync.job_history where row_id = \("\(id)")")
      }
      func edits() async throws -> Int {
        try await world.poll().filter { $0.method == "PUT" }.count
      }
      #expect(try await edits() == 0)
      try await yesterday()
      #expect(try await edits() == 1)
      #expect(try await edits() == 0)
      try world.jira.administer("DELETE", "storage")
      try await yesterday()
      #expect(try await edits() == 1)
      #expect(try await world.link(id).error == nil)
      #expect(try world.jira.issue(key).text("Notes") == "x")
    }
  }

  @Test
  func `A changed mapping, and a person who forces it, send it again`() async throws {
    try await withSyncWorld { world in
      let (id, _) = try await world.addLinkedRow()
      try world.jira.administer("POST", "storage", ["field": "Notes", "effect": "ignore"])
      try await world.run("update public.file_audit set notes = 'x' where id = \(id)")
      try await world.drain()
      func edits(_ change: (inout WorkerSetup) -> Void = { _ in }) async throws -> Int {
        world.jira.forgetCalls()
        try await world.drain(change)
        return world.jira.writes().filter { $0.method == "PUT" }.count
      }
      try await world.enqueue("sync", id)
      #expect(try await edits() == 0)
      try await world.run(
        "insert into jira_sync.jobs (kind, row_id, args) values ('sync', \("\(id)"), '{\"force\": true}')"
      )
      #expect(try await edits() == 1)
      let other = try ConfigurationFile(
        yaml: "fields:\n  notes: {conflict: jira_wins}\n", file: "m.yaml", columns: nil
      ).mapping
      try await world.enqueue("sync", id)
      #expect(try await edits { $0.mapping = other } == 1)
      #expect(try await world.row(id)["notes"] == "x")
    }
  }

  @Test(arguments: [false, true])
  func
    `A resolution that is sent with a transition and not stored: the row stays, and the link says so`(
      isDataCenter: Bool
    ) async throws
  {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.administer(
        "POST", "storage", ["field": "resolution", "on": ["transition"], "effect": "ignore"])
      try await world.run(
        "update public.file_audit set has_technical_debt = false where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key).status == "Done")
      #expect(try await world.row(id)["has_technical_debt"] == false)
      let error = try #require(try await world.link(id).error)
      #expect(error.contains("has_technical_debt, audit_status"))
      #expect(error.contains("field Resolution"))
      world.jira.forgetCalls()
      try await goOn(world, id)
      #expect(world.jira.writes() == [])
      #expect(try await world.row(id)["has_technical_debt"] == false)
    }
  }
}
