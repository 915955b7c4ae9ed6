import Foundation
import JSON
import Postgres
import TestSupport
import Testing

/// One field that JIRA refuses never keeps an issue from being made.
@Suite("Fields that JIRA refuses", .requiresPostgres)
struct RefusedFieldTests {
  private static func text(_ length: Int) -> String {
    String(String(repeating: "0123456789 ", count: length / 11 + 1).prefix(length))
  }

  /// A JIRA that counts otherwise than its documentation says.
  struct Limit: Sendable, CustomTestStringConvertible {
    let name: String
    let length: Int
    var document = 32_767
    var isDataCenter = false
    /// Whether the texts are cut at all.
    var isCut = true

    var testDescription: String { name }

    static let all = [
      Limit(name: "40,000 characters", length: 40_000),
      Limit(name: "40,000 characters, Data Center", length: 40_000, isDataCenter: true),
      Limit(name: "exactly 32,767 characters", length: 32_767),
      Limit(name: "an administrator's limit of 20,000", length: 40_000, document: 20_000),
      Limit(name: "a limit of 1,000", length: 5_000, document: 1_000, isDataCenter: true),
      Limit(name: "a short text", length: 300, isCut: false),
    ]
  }

  @Test(arguments: Limit.all)
  func `A text that is too long for JIRA is cut, further if need be, and is in sync`(_ limit: Limit)
    async throws
  {
    try await withSyncWorld(isDataCenter: limit.isDataCenter) { world in
      try world.jira.administer(
        "POST", "limits",
        ["document": .number(Decimal(limit.document)), "paragraphEnds": true])
      let text = Self.text(limit.length)
      let ids = try await world.addRows(2, debt: false)
      try await world.run(
        "update public.file_audit set technical_debt = \(text), notes = \(text) where id = \(ids[0])"
      )
      try await world.run("update public.file_audit set has_technical_debt = true")
      try await world.drain()
      #expect(try world.jira.issues().count == 2)
      let link = try await world.link(ids[0])
      #expect(link.error == nil)
      let issue = try world.jira.issue(try #require(link.issueKey))
      for field in ["Description", "Notes", "Technical debt"] {
        let held = try #require(issue.text(field))
        #expect(
          held.utf16.count < limit.document && held.utf16.count > limit.document * 8 / 10
            || !limit.isCut)
        #expect(held.hasSuffix("…") == limit.isCut)
      }
      #expect(try await world.row(ids[0])["notes"]?.string == text)

      // At rest, and a longer text goes the same way in an edit.
      world.jira.forgetCalls()
      try await world.enqueue("sync", ids[0])
      try await world.drain()
      #expect(world.jira.writes() == [])
      try await world.run("update public.file_audit set notes = 'z' || notes where id = \(ids[0])")
      try await world.drain()
      #expect(try await world.link(ids[0]).error == nil)
      #expect(try world.jira.issue(issue.key).text("Notes")?.hasPrefix("z") == true)
      #expect(try await world.row(ids[0])["notes"]?.string == "z" + text)
    }
  }

  /// Catches a row that loses the end of its text when a user corrects its beginning in JIRA.
  @Test
  func `An edit in JIRA of a text that was cut further waits for a person`() async throws {
    try await withSyncWorld { world in
      try world.jira.administer("POST", "limits", ["document": 1_000])
      let text = Self.text(5_000)
      let id = try await world.addRow()
      try await world.run("update public.file_audit set notes = \(text) where id = \(id)")
      try await world.drain()
      let key = try #require(try await world.link(id).issueKey)
      try world.jira.edit(key, ["Notes": adf("corrected")])
      try await world.poll()
      #expect(try await world.row(id)["notes"]?.string == text)
      #expect(
        try await world.count("jira_sync.conflicts where field = 'notes' and winner = 'open'") == 1)
    }
  }

  @Test
  func `Cut further and still too long: left out, with an error that names it`() async throws {
    try await withSyncWorld { world in
      let refusal: JSON = [
        "status": 400,
        "body": ["errors": ["customfield_10020": "Der eingegebene Text ist zu lang."]],
      ]
      try world.jira.fail("POST", "/issue", refusal, times: 2)
      let text = Self.text(40_000)
      let id = try await world.addRows(1, debt: false)[0]
      try await world.run(
        "update public.file_audit set notes = \(text), has_technical_debt = true where id = \(id)")
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      let error = try #require(link.error)
      #expect(error.contains("notes:") && error.contains("field Notes (customfield_10020)"))
      #expect(error.contains("zu lang"))
      let issue = try world.jira.issue(try #require(link.issueKey))
      #expect(issue["Notes"] == nil)
      #expect(issue.text("Layer") == "Routers")
      #expect(try await world.row(id)["notes"]?.string == text)
      #expect(world.jira.creations().count == 3)
    }
  }

  @Test(arguments: [
    ("customfield_10014", "Layer", "layer_name", false),
    ("customfield_10016", "Workflows", "workflows", false),
    ("customfield_10014", "Layer", "layer_name", true),
    ("description", "Description", "technical_debt", true),
  ])
  func `Any optional field that JIRA names is left out, the issue is made with the rest`(
    id: String, name: String, column: String, isDataCenter: Bool
  ) async throws {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      try world.jira.fail(
        "POST", "/issue", ["status": 400, "body": ["errors": [id: "no, thank you"]]])
      let row = try await world.addRow()
      try await world.drain()
      let link = try await world.link(row)
      #expect(link.state == "linked")
      let error = try #require(link.error)
      #expect(
        error.contains("\(column): JIRA refused") && error.contains("\(name) (\(id))")
          || id == "description")
      #expect(error.contains("no, thank you"))
      let key = try #require(link.issueKey)
      #expect(try world.jira.issues().count == 1)
      #expect(try world.jira.issue(key)[name] == nil)
      #expect(try world.jira.issue(key).text("File path") == "src/file1.py")
      // The row's next change sends it.
      try await world.run("update public.file_audit set notes = 'changed' where id = \(row)")
      try await world.drain()
      #expect(try await world.link(row).error == nil)
      #expect(try world.jira.issue(key)[name] != nil)
    }
  }

  /// Counter-case: right before, and to stay so.
  @Test
  func `What JIRA requires cannot be left out: no issue, and the error says both`() async throws {
    try await withSyncWorld { world in
      try world.jira.hideOptions()
      try world.jira.administer("PUT", "fields/Layer", ["required": true])
      let id = try await world.addRows(1, debt: false)[0]
      try await world.run(
        "update public.file_audit set layer_name = 'Cellar', has_technical_debt = true where id = \(id)"
      )
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "creating" && link.issueKey == nil)
      let error = try #require(link.error)
      #expect(
        error.contains("layer_name") && error.contains("Cellar") && error.contains("required"))
      #expect(try world.jira.issues().isEmpty)
      try await world.run("update public.file_audit set layer_name = 'Routers' where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).error == nil)
      #expect(try world.jira.issues().count == 1)
    }
  }
}
