import HTTP
import JSON
import Jira
import JobQueue
import Mapping
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

@Suite("Tickets that rows name already", .requiresPostgres)
struct AdoptionTests {
  private func withAdoption(
    isDataCenter: Bool = false, _ body: (SyncWorld) async throws -> Void
  ) async throws {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      var world = world
      world.setup.mapping.existingTickets = .adopt
      // So that the worker knows the site.
      try await world.drain()
      try await body(world)
    }
  }

  private func newIssue(_ world: SyncWorld, type: String = "10001") throws -> String {
    let made = try world.jira.ask(
      "POST", "/issue",
      [
        "fields": [
          "project": ["key": "SCRSKY"], "issuetype": ["id": .string(type)], "summary": "by hand",
        ]
      ])
    return try #require(made["key"]?.string)
  }

  /// A row with debt that names tickets; the worker has not seen it.
  private func addRow(
    _ world: SyncWorld, _ number: Int, tickets: [String]
  ) async throws -> Int64 {
    try await world.run(
      """
      insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name, status, workflows,
        has_technical_debt, technical_debt, jira_tickets)
      values (lpad(\(number)::text, 4, '0'), 'src/file' || \(number) || '.py', 'x.py', 3, 'Routers', 'NOVEL', '{WF1}', true,
        'debt', \(tickets)::varchar[])
      returning id
      """
    ).one.get("id")
  }

  @Test(arguments: [false, true])
  func `a ticket in any spelling is adopted, and its key is not appended again`(
    isDataCenter: Bool
  ) async throws {
    try await withAdoption(isDataCenter: isDataCenter) { world in
      let spellings: [(String) -> String] = [
        { $0 }, { $0 + " " }, { $0.lowercased() }, { "\(world.jira.baseURL)/browse/\($0)" },
        { "\(world.jira.baseURL)/browse/\($0)/?focusedId=1" },
        { "\(world.jira.baseURL)/jira/software/projects/SCRSKY/boards/1?selectedIssue=\($0)" },
      ]
      let keys = try spellings.map { _ in try newIssue(world) }
      var ids: [Int64] = []
      for (place, spelling) in spellings.enumerated() {
        ids.append(try await addRow(world, place + 1, tickets: [spelling(keys[place])]))
      }
      let shown = try await world.previews(ids)
      #expect(shown.map(\.action) == spellings.map { _ in .adopt })
      #expect(shown.map(\.issueKey) == keys)
      try await world.drain()
      for (place, id) in ids.enumerated() {
        let link = try await world.link(id)
        #expect(link.state == "linked" && link.issueKey == keys[place])
        #expect(try await world.row(id)["jira_tickets"] == [.string(spellings[place](keys[place]))])
      }
      #expect(try world.jira.issues().count == keys.count)
    }
  }

  @Test(arguments: [
    ["see Bob"], ["42"], ["https://other.example.com/browse/SCRSKY-1001"], ["", "?"],
  ])
  func `a ticket that is not understood is named, and the row waits`(tickets: [String]) async throws
  {
    try await withAdoption { world in
      let id = try await addRow(world, 1, tickets: tickets)
      #expect(try await world.previews([id]).map(\.action) == [.waits])
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "creating" && link.issueKey == nil)
      #expect(link.error?.contains("jira_tickets") == true)
      #expect(link.error?.contains(tickets[0]) == true)
      #expect(try world.jira.issues().isEmpty)
      // Corrected: the edit tries again.
      let key = try newIssue(world)
      try await world.run(
        "update public.file_audit set jira_tickets = array[\(key)] where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).issueKey == key)
      #expect(try await world.link(id).error == nil)
      #expect(try world.jira.issues().count == 1)
    }
  }

  @Test func `an element of blanks names no ticket`() async throws {
    try await withAdoption { world in
      let id = try await addRow(world, 1, tickets: ["", " "])
      #expect(try await world.previews([id]).map(\.action) == [.create])
      try await world.drain()
      #expect(try await world.link(id).state == "linked")
    }
  }

  @Test(arguments: ["HR-7", "hr-7 ", "address", "former key"])
  func `an issue of another project is not touched, however it is named`(how: String) async throws {
    try await withAdoption { world in
      let former = try newIssue(world)
      try world.jira.moveToProject(former, as: "HR-7")
      let before = try world.jira.issue("HR-7").json
      let ticket =
        switch how {
        case "address": "\(world.jira.baseURL)/browse/HR-7"
        case "former key": former
        default: how
        }
      let id = try await addRow(world, 1, tickets: [ticket])
      #expect(try await world.previews([id]).map(\.action) == [.waits])
      world.jira.forgetCalls()
      try await world.drain()
      #expect(world.jira.writes() == [])
      #expect(try world.jira.issue("HR-7").json == before)
      #expect(try await world.link(id).error?.contains("HR-7") == true)
    }
  }

  @Test func `an issue type that the file names is the only one that is adopted`() async throws {
    try await withAdoption { world in
      var world = world
      let (task, other) = (try newIssue(world), try newIssue(world, type: "10002"))
      let id = try await addRow(world, 1, tickets: [other, task])
      world.setup.mapping.adoptsOnlyIssueType = true
      try await world.drain()
      #expect(try await world.link(id).issueKey == task)
      // Where the file names none, any will do.
      world.setup.mapping.adoptsOnlyIssueType = false
      let second = try await addRow(world, 2, tickets: [other])
      try await world.drain()
      #expect(try await world.link(second).issueKey == other)
    }
  }

  @Test func `the preview and the run agree, and the first row that names an issue gets it`()
    async throws
  {
    try await withAdoption { world in
      let keys = [try newIssue(world), try newIssue(world)]
      let ids = [
        try await addRow(world, 1, tickets: [keys[0]]),
        try await addRow(world, 2, tickets: [keys[0]]),
        try await addRow(world, 3, tickets: ["SCRSKY-999"]),
        try await addRow(world, 4, tickets: ["nonsense", keys[1]]),
        try await addRow(world, 5, tickets: []),
        try await addRow(world, 6, tickets: ["nonsense"]),
      ]
      let shown = try await world.previews(ids)
      #expect(shown.map(\.action) == [.adopt, .create, .create, .adopt, .create, .waits])
      try await world.drain()
      let issues = try world.jira.issues()
      #expect(issues.count == keys.count + shown.count { $0.action == .create })
      for (id, preview) in zip(ids, shown) where preview.action == .adopt {
        #expect(try await world.link(id).issueKey == preview.issueKey)
      }
    }
  }

  @Test func `with create and skip tickets are as before`() async throws {
    for policy in [ExistingTickets.create, .skip] {
      try await withAdoption { world in
        var world = world
        world.setup.mapping.existingTickets = policy
        let key = try newIssue(world)
        let id = try await addRow(world, 1, tickets: [key, "nonsense"])
        try await world.drain()
        #expect(try world.jira.issues().count == (policy == .create ? 2 : 1))
        if policy == .create {
          let made = try #require(try await world.link(id).issueKey)
          #expect(
            try await world.row(id)["jira_tickets"] == [.string(key), "nonsense", .string(made)])
        }
      }
    }
  }
}
