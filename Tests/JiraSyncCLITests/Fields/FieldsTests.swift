import Foundation
import JSON
import Postgres
import TestSupport
import Testing

@testable import JiraSandbox

/// `jira-sync fields`, run as people run it, against a site that administrators have been at.
@Suite("The commands about fields", .requiresPostgres)
struct FieldsTests {
  @Test
  func `On a site that fits: 0, and a line that says what was looked at`() async throws {
    try await withFieldsWorld { world in
      try await world.addRow(layer: "Routers")
      let outcome = try await world.run("check")
      #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
      #expect(outcome.output.contains("15 fields mapped, 1 row looked at: 0 errors, 0 warnings"))
      #expect(outcome.output.contains("the edit screen was not looked at"))
    }
  }

  @Test
  func `A renamed field: the old name, the id that was synced before, and the new name`()
    async throws
  {
    try await withFieldsWorld { world in
      try await world.remember(["layer_name": "customfield_10014"])
      try world.server.administer("PUT", "fields/Layer", ["name": "Tier"])
      let optional = try await world.run("check", "--json")
      #expect(optional.status == 0, "an optional field is left out, with a warning")
      let finding = try #require(try JSON(parsing: optional.output)["findings"]?.array?.first)
      #expect(finding["severity"] == "warning")
      #expect(finding["field"] == "layer_name" && finding["columns"] == ["layer_name"])
      let problem = finding["problem"]?.string ?? ""
      #expect(problem.contains("no field named 'Layer'") && problem.contains("now named 'Tier'"))
      #expect(finding["remedy"]?.string?.contains("'field: Tier'") == true)
      try world.configure("fields:\n  layer_name: {required: true}\n")
      let required = try await world.run("check")
      #expect(required.status == 1)
      #expect(
        required.output.contains(
          "error: layer_name: column layer_name → JIRA field Layer: JIRA has no field named 'Layer'"
        ), "\(required.output)")
    }
  }

  @Test
  func `A doubled field: both ids, and which of them was synced before`() async throws {
    try await withFieldsWorld { world in
      try await world.remember(["layer_name": "customfield_10014"])
      let copy = try world.server.administer("POST", "fields/Layer/duplicate")["id"]?.string ?? ""
      let outcome = try await world.run("check")
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("2 fields named 'Layer': customfield_10014"))
      #expect(outcome.output.contains(copy))
      #expect(outcome.output.contains("Write 'field: customfield_10014', which was synced before"))
      try world.configure("fields:\n  layer_name: {field: customfield_10014}\n")
      #expect(try await world.run("check").status == 0)
    }
  }

  @Test
  func
    `An option that is gone: an error where a row with an issue holds it, with the number of rows`()
    async throws
  {
    try await withFieldsWorld { world in
      try await world.addRow(layer: "Routers")
      try await world.addRow(layer: "Routers", number: 2)
      try await world.addRow(layer: "Tests", number: 3, hasDebt: false)
      try world.server.administer("PUT", "fields/Layer", ["options": ["Services", "Router"]])
      let outcome = try await world.run("check")
      #expect(outcome.status == 1)
      #expect(
        outcome.output.contains(
          "error: layer_name: column layer_name → JIRA field Layer (customfield_10014): 2 rows (such as src/1.py) hold 'Routers', which JIRA does not offer; did you mean 'Router'?"
        ), "\(outcome.output)")
      #expect(
        outcome.output.contains("warning: layer_name"), "a row without debt does not fail yet")
      #expect(outcome.output.contains("'jira-sync fields create'"))
    }
  }

  @Test(arguments: [
    (["A": ["B / C"], "A / B": ["C"]] as JSON, true), (["A": ["B"], "A / B": []] as JSON, true),
    (["CI / CD": ["Build"], "CI": ["Lint"]] as JSON, false), (["A": ["B"]] as JSON, false),
  ])
  func
    `A cascading field in one column: a separator within an option is refused only where it is ambiguous`(
      options: JSON, isRefused: Bool
    ) async throws
  {
    try await withFieldsWorld { world in
      try world.server.administer(
        "POST", "fields", ["name": "Corner", "type": "cascadingselect", "options": options])
      try world.configure(
        "fields:\n  corner: {column: notes, field: Corner}\n  notes: {enabled: false}\n")
      let outcome = try await world.run("check")
      #expect(outcome.status == (isRefused ? 1 : 0), "\(outcome.output)\(outcome.errors)")
      #expect(outcome.output.contains("can be more than one option") == isRefused)
      #expect(outcome.output.contains("two columns") == isRefused)
    }
  }

  @Test
  func `Options whose spelling is not canonical are found, and blanks show in what is missing`()
    async throws
  {
    try await withFieldsWorld { world in
      try await world.addRow(layer: "Services")
      try world.server.administer(
        "PUT", "fields/Layer", ["options": ["Services ", "Routers", "Models"]])
      let fits = try await world.run("check")
      #expect(fits.status == 0, "\(fits.output)\(fits.errors)")
      try await world.addRow(layer: "Router s", number: 2)
      let lacks = try await world.run("check")
      #expect(lacks.status == 1)
      #expect(lacks.output.contains("'Router s'"))
    }
  }

  @Test
  func `An option that only the mapping names, and one of JIRA that nothing stands for`()
    async throws
  {
    try await withFieldsWorld { world in
      try world.configure(
        "fields:\n  layer_name: {direction: both, values: {r: Routers, x: Xs}, otherwise: Services}\n"
      )
      let outcome = try await world.run("check")
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("the mapping names the option 'Xs', which JIRA does not"))
      #expect(outcome.output.contains("which no single value of the column stands for"))
    }
  }

  @Test
  func `Screens: a field that is not where issues are made or edited`() async throws {
    try await withFieldsWorld { world in
      try world.server.makeIssue()
      try world.server.administer("PUT", "fields/Notes", ["createScreen": false])
      try world.server.administer("PUT", "fields/Layer", ["editScreen": false])
      let outcome = try await world.run("check")
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(
        outcome.output.contains(
          "warning: notes: column notes → JIRA field Notes (customfield_10020): it is not on the screen on which a Task is made"
        ), "\(outcome.output)")
      #expect(
        outcome.output.contains(
          "error: layer_name: column layer_name → JIRA field Layer (customfield_10014): it is not on the edit screen"
        ))
      try world.server.administer("PUT", "fields/Layer", ["editScreen": true])
      try world.configure("fields:\n  notes: {apply: create, direction: push}\n")
      let lost = try await world.run("check")
      #expect(lost.status == 1)
      #expect(lost.output.contains("so it is never written"))
    }
  }

  @Test
  func `Required fields: one that nothing fills, and one that a row leaves empty`() async throws {
    try await withFieldsWorld { world in
      try world.server.administer(
        "POST", "fields", ["name": "Team", "type": "textfield", "required": true])
      try world.server.administer("PUT", "fields/Notes", ["required": true])
      try await world.addRow(layer: "Routers")
      let outcome = try await world.run("check")
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("JIRA requires Team"))
      #expect(
        outcome.output.contains(
          "JIRA requires it, and 1 row has no value for it, such as src/1.py"),
        "\(outcome.output)")
    }
  }

  @Test
  func `Types: a field of another kind than was asked for, and values that it cannot hold`()
    async throws
  {
    try await withFieldsWorld { world in
      try await world.addRow(layer: "Routers")
      try world.configure(
        """
        fields:
          layer_name: {type: radio_buttons}
          path: {column: file_path, field: customfield_10013}
          layer_number: false
        """)
      let outcome = try await world.run("check")
      #expect(outcome.status == 1)
      #expect(outcome.output.contains("is of the type select, but the mapping says radio_buttons"))
      #expect(
        outcome.output.contains("1 row (src/1.py) holds a text that is no number cannot go into"),
        "\(outcome.output)")
    }
  }

  @Test
  func `Statuses that the rules name and the project has not`() async throws {
    try await withFieldsWorld { world in
      try world.configure("fields:\n  audit_status: {statuses: {done: Closed}}\n")
      let outcome = try await world.run("check")
      #expect(outcome.status == 0)
      #expect(
        outcome.output.contains("project SCRSKY has no status 'Closed'; any other of that category")
      )
    }
  }

  @Test
  func `A column of the file that the table lacks is a configuration error with its place`()
    async throws
  {
    try await withFieldsWorld { world in
      try world.configure("fields:\n  owner: {column: ownr, field: Owner}\n")
      let wrong = try await world.run("check")
      #expect(wrong.status == 78)
      #expect(wrong.errors.contains("jira-sync.yaml:2:19: owner names the column 'ownr'"))
      try await world.query("alter table public.file_audit add column ownr text")
      let right = try await world.run("check")
      #expect(right.status == 0)
      #expect(right.output.contains("JIRA has no field named 'Owner'"))
    }
  }

  @Test
  func `JIRA that refuses the token, or is not there, is 69`() async throws {
    try await withFieldsWorld { world in
      let denied = try await world.run("check", environment: ["JIRA_API_TOKEN": "wrong"])
      #expect(denied.status == 69)
      #expect(denied.errors.contains("credentials not accepted"))
      let port = try LoopbackPort(.refuses)
      let away = try await world.run(
        "list", environment: ["JIRA_BASE_URL": "http://127.0.0.1:\(port.number)"])
      #expect(away.status == 69)
    }
  }

  @Test
  func `The list has id, name, type, and what is mapped; it needs no database`() async throws {
    try await withFieldsWorld { world in
      let text = try await world.run("list", environment: ["DATABASE_URL": ""])
      #expect(text.status == 0)
      let line = text.output.split(separator: "\n").first { $0.hasPrefix("customfield_10014") }
      #expect(
        line?.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
          == ["customfield_10014", "Layer", "select", "layer_name", "(push)"])
      let json = try JSON(parsing: try await world.run("list", "--json").output)
      let notes = json.array?.first { $0["name"] == "Notes" }
      #expect(notes?["mapped"] == true && notes?["type"] == "paragraph")
      #expect(json.array?.first { $0["id"] == "reporter" }?["mapped"] == false)
    }
  }
}
