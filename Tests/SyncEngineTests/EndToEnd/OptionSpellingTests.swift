import Foundation
import JSON
import Mapping
import Postgres
import TestSupport
import Testing

@testable import JiraSandbox
@testable import SyncConfiguration

/// Options whose spelling in JIRA is not canonical: blanks at the ends, another Unicode form.
@Suite("Options are matched in canonical form", .requiresPostgres)
struct OptionSpellingTests {
  /// A field with options, as an administrator spelled them.
  struct Sample: Sendable, CustomTestStringConvertible {
    let name: String
    let type: String
    /// The options of JIRA, as it spells them.
    let options: JSON
    let column: String
    /// What the row says, and what it says after JIRA's other option was chosen.
    let row: JSON
    /// What a person chooses in JIRA.
    let edit: JSON
    let back: JSON

    var testDescription: String { name }

    static let nfd = "Cafe\u{301}"
    static let nfc = "Caf\u{e9}"

    static let all = [
      Sample(
        name: "a blank at the end", type: "select", options: ["Services ", "Routers"],
        column: "text", row: "Services", edit: ["value": "Routers"], back: "Routers"),
      Sample(
        name: "chosen in JIRA with its blank", type: "select", options: ["Services ", "Routers"],
        column: "text", row: "Routers", edit: ["value": "Services "], back: "Services"),
      Sample(
        name: "in NFD", type: "select", options: [.string(nfd), "Bar"], column: "text",
        row: .string(nfc), edit: ["value": "Bar"], back: "Bar"),
      Sample(
        name: "a blank that does not break", type: "radiobuttons", options: ["\u{a0}High", "Low"],
        column: "text", row: "High", edit: ["value": "Low"], back: "Low"),
      Sample(
        name: "several", type: "multiselect", options: [" A", .string(nfd), "C"],
        column: "text[]", row: ["A", .string(nfc)], edit: [["value": " A"], ["value": "C"]],
        back: ["A", "C"]),
      Sample(
        name: "boxes", type: "multicheckboxes", options: ["A\t", "B"], column: "text[]",
        row: ["A"], edit: [["value": "B"]], back: ["B"]),
      Sample(
        name: "two levels", type: "cascadingselect", options: ["P ": [" C", "D"], "Q": []],
        column: "text", row: "P / C", edit: ["value": "P ", "child": ["value": "D"]],
        back: "P / D"),
      Sample(
        name: "a separator in the upper option", type: "cascadingselect",
        options: ["CI / CD": ["Build", "Test"], "CI": ["Lint"]], column: "text",
        row: "CI / CD / Build", edit: ["value": "CI / CD", "child": ["value": "Test"]],
        back: "CI / CD / Test"),
      Sample(
        name: "a separator in the upper option alone", type: "cascadingselect",
        options: ["CI / CD": [], "CI": ["Lint"]], column: "text", row: "CI / CD",
        edit: ["value": "CI", "child": ["value": "Lint"]], back: "CI / Lint"),
      Sample(
        name: "a separator in the lower option", type: "cascadingselect",
        options: ["Web": ["A / B"]], column: "text", row: "Web / A / B", edit: ["value": "Web"],
        back: "Web"),
    ]
  }

  @Test(arguments: Sample.all)
  func `They go out in JIRA's spelling, come back, and rest`(_ sample: Sample) async throws {
    try await withSyncWorld { world in
      var world = world
      try world.jira.administer(
        "POST", "fields",
        ["name": "Thing", "type": .string(sample.type), "options": sample.options])
      _ = try await world.sql.query(
        "alter table public.file_audit add column thing \(unescaped: sample.column)",
        doing: "adding a column")
      world.setup.mapping = try ConfigurationFile(
        yaml: "fields:\n  thing: {column: thing, field: Thing, direction: both}\n",
        file: "m.yaml", columns: nil
      ).mapping
      let id = try await world.addRow()
      try await world.run(
        """
        update public.file_audit as f
        set thing = (jsonb_populate_record(f, \(JSON.object(["thing": sample.row]).text)::jsonb)).thing
        where id = \(id)
        """)
      try await world.drain()
      #expect(try await world.link(id).error == nil)
      let key = try #require(try await world.link(id).issueKey)
      #expect(try world.jira.issue(key)["Thing"] != nil)
      try await rests(id, world)
      try world.jira.edit(key, ["Thing": sample.edit])
      try await world.poll()
      let thing = try await world.row(id)["thing"]
      #expect(thing == sample.back)
      try await rests(id, world)
    }
  }

  private func rests(_ id: Int64, _ world: SyncWorld) async throws {
    world.jira.forgetCalls()
    try await world.enqueue("sync", id)
    try await world.drain()
    #expect(world.jira.writes() == [])
    #expect(try await world.link(id).error == nil)
  }

  @Test
  func `Components, versions and priorities, too`() async throws {
    try await withSyncWorld { world in
      var world = world
      try world.jira.server.sandbox.configure { site in
        site.components[0].name += " "
        site.versions[0].name = " " + site.versions[0].name
      }
      let site = world.jira.server.sandbox.site
      let (component, version) = (site.components[0].name, site.versions[0].name)
      try await world.run(
        "alter table public.file_audit add column parts text[], add column fixed text[]")
      world.setup.mapping = try ConfigurationFile(
        yaml: """
          fields:
            parts: {column: parts, field: components, direction: both}
            fixed: {column: fixed, field: fixVersions, direction: both}
          """, file: "m.yaml", columns: nil
      ).mapping
      let id = try await world.addRow()
      let (own, ownVersion) = (component.trimmingBlanks, version.trimmingBlanks)
      try await world.run(
        "update public.file_audit set parts = array[\(own)], fixed = array[\(ownVersion)] where id = \(id)"
      )
      try await world.drain()
      #expect(try await world.link(id).error == nil)
      let key = try #require(try await world.link(id).issueKey)
      let issue = try world.jira.issue(key)
      #expect(issue["components"]?.array?.first?["name"]?.string == component)
      #expect(issue["fixVersions"]?.array?.first?["name"]?.string == version)
      try await rests(id, world)
    }
  }

  /// Counter-case: right before, and to stay so.
  @Test
  func `An option that really is missing is an error, in which blanks show; the rest goes on`()
    async throws
  {
    try await withSyncWorld { world in
      try world.jira.administer("PUT", "fields/Layer", ["options": ["Services ", "Routers"]])
      let id = try await world.addRow()
      try await world.run("update public.file_audit set layer_name = 'Service' where id = \(id)")
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      let error = try #require(link.error)
      #expect(error.contains("layer_name: 'Service' is not an option of the JIRA field Layer"))
      #expect(error.contains("'Services␠', 'Routers'"))
    }
  }

  @Test
  func `A text that is two options at once is an error that says to use two columns`() async throws
  {
    try await withSyncWorld { world in
      var world = world
      try world.jira.administer(
        "POST", "fields",
        [
          "name": "Thing", "type": "cascadingselect",
          "options": ["A": ["B / C", "D"], "A / B": ["C"]],
        ])
      try await world.run("alter table public.file_audit add column thing text")
      world.setup.mapping = try ConfigurationFile(
        yaml: "fields:\n  thing: {column: thing, field: Thing, direction: both}\n",
        file: "m.yaml", columns: nil
      ).mapping
      let ids = try await world.addRows(2, debt: false)
      try await world.run("update public.file_audit set thing = 'A / B / C' where id = \(ids[0])")
      try await world.run("update public.file_audit set thing = 'A / D' where id = \(ids[1])")
      try await world.run("update public.file_audit set has_technical_debt = true")
      try await world.drain()
      let error = try #require(try await world.link(ids[0]).error)
      #expect(error.contains("'A / B / C' can be more than one option"))
      #expect(error.contains("two columns"))
      #expect(try await world.link(ids[0]).state == "linked")
      #expect(try await world.link(ids[1]).error == nil)
    }
  }
}
