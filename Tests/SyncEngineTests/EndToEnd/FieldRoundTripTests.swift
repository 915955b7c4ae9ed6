import Foundation
import JSON
import Mapping
import Postgres
import SyncEngine
import TestSupport
import Testing

@testable import JiraSandbox
@testable import SyncConfiguration

/// Every type of field, from an added column to JIRA and back, in both products.
@Suite("Every type of field, there and back", .requiresPostgres)
struct FieldRoundTripTests {
  /// One added column and the field of JIRA that it is mapped to.
  struct Sample: Sendable {
    let column: String
    let sqlType: String
    /// What stands under `fields` beside the column.
    let entry: String
    /// The custom field to make; nil for a system field.
    var make: (name: String, type: String, options: JSON)?
    let field: String
    /// The row's value, and what JIRA then says at least.
    let row: JSON
    let jira: JSON
    /// What a user enters in JIRA, and what the row then has.
    let edit: JSON
    let back: JSON
    /// What the row holds once the field is emptied in JIRA.
    var emptied: JSON = nil
  }

  private static func rich(_ text: String, _ isDataCenter: Bool) -> JSON {
    isDataCenter ? .string(text) : adf(text)
  }

  private static func person(_ place: Int, _ isDataCenter: Bool) -> (id: String, json: JSON) {
    let person = Person.standard[place]
    return isDataCenter
      ? (person.name, ["name": .string(person.name)])
      : (person.accountID, ["accountId": .string(person.accountID)])
  }

  private func samples(_ isDataCenter: Bool, parents: [String]) -> [Sample] {
    let (ada, bo) = (Self.person(0, isDataCenter), Self.person(1, isDataCenter))
    var samples = [
      Sample(
        column: "title", sqlType: "varchar(80)", entry: "field: Title",
        make: ("Title", "textfield", []), field: "Title", row: "a b", jira: "a b", edit: "c",
        back: "c"),
      Sample(
        column: "body", sqlType: "text", entry: "field: Body", make: ("Body", "textarea", []),
        field: "Body", row: "one\n\ntwo", jira: Self.rich("one\n\ntwo", isDataCenter),
        edit: Self.rich("three", isDataCenter), back: "three"),
      Sample(
        column: "link", sqlType: "text", entry: "field: Link", make: ("Link", "url", []),
        field: "Link", row: "https://a.example/1", jira: "https://a.example/1",
        edit: "https://a.example/2", back: "https://a.example/2"),
      Sample(
        column: "points", sqlType: "numeric", entry: "field: Points",
        make: ("Points", "float", []), field: "Points", row: .number(Decimal(string: "2.50") ?? 0),
        jira: .number(Decimal(string: "2.5") ?? 0), edit: 3, back: 3),
      Sample(
        column: "due", sqlType: "date", entry: "field: Due", make: ("Due", "datepicker", []),
        field: "Due", row: "2026-02-03", jira: "2026-02-03", edit: "2026-02-04",
        back: "2026-02-04"),
      // The site's zone is Europe/Berlin.
      Sample(
        column: "seen", sqlType: "timestamptz", entry: "field: Seen",
        make: ("Seen", "datetime", []), field: "Seen", row: "2026-02-03T04:05:06+00:00",
        jira: "2026-02-03T05:05:06.000+0100", edit: "2026-07-01T12:00:00.000+0200",
        back: "2026-07-01T10:00:00+00:00"),
      Sample(
        column: "tier", sqlType: "text", entry: "field: Tier, values: {hi: High, lo: Low}",
        make: ("Tier", "select", ["High", "Low"]), field: "Tier", row: "hi",
        jira: ["value": "High"], edit: ["value": "Low"], back: "lo"),
      Sample(
        column: "size", sqlType: "text", entry: "field: Size",
        make: ("Size", "radiobuttons", ["S", "L"]), field: "Size", row: "S",
        jira: ["value": "S"], edit: ["value": "L"], back: "L"),
      Sample(
        column: "active", sqlType: "boolean",
        entry: "field: Active, values: {true: \"Yes\", false: \"No\"}",
        make: ("Active", "select", ["Yes", "No"]), field: "Active", row: true,
        jira: ["value": "Yes"], edit: ["value": "No"], back: false),
      Sample(
        column: "ticked", sqlType: "boolean",
        entry: "field: Ticked, values: {true: \"Yes\", false: }",
        make: ("Ticked", "multicheckboxes", ["Yes"]), field: "Ticked", row: true,
        jira: [["value": "Yes"]], edit: [], back: false, emptied: false),
      Sample(
        column: "areas", sqlType: "text[]", entry: "field: Areas",
        make: ("Areas", "multiselect", ["A", "B", "C"]), field: "Areas", row: ["B", "A"],
        jira: [["value": "A"], ["value": "B"]], edit: [["value": "B"], ["value": "C"]],
        back: ["B", "C"], emptied: []),
      Sample(
        column: "boxes", sqlType: "text[]", entry: "field: Boxes",
        make: ("Boxes", "multicheckboxes", ["A", "B"]), field: "Boxes", row: ["A"],
        jira: [["value": "A"]], edit: [["value": "B"]], back: ["B"], emptied: []),
      Sample(
        column: "place", sqlType: "text", entry: "field: Place",
        make: ("Place", "cascadingselect", ["P": ["C"], "Q": []]), field: "Place", row: "P / C",
        jira: ["value": "P", "child": ["value": "C"]], edit: ["value": "Q"], back: "Q"),
      Sample(
        column: "owner", sqlType: "text",
        entry: "field: Owner, values: {bo: \(bo.id), ada: \(ada.id)}",
        make: ("Owner", "userpicker", []), field: "Owner", row: "bo", jira: bo.json,
        edit: ada.json, back: "ada"),
      Sample(
        column: "owners", sqlType: "text[]", entry: "field: Owners",
        make: ("Owners", "multiuserpicker", []), field: "Owners", row: [.string(bo.id)],
        jira: [bo.json], edit: [ada.json], back: [.string(ada.id)], emptied: []),
      Sample(
        column: "topics", sqlType: "text[]", entry: "field: Topics",
        make: ("Topics", "labels", []), field: "Topics", row: ["x", "y z"], jira: ["x", "y_z"],
        edit: ["x"], back: ["x"], emptied: []),
      Sample(
        column: "urgency", sqlType: "text", entry: "field: priority", field: "priority",
        row: "High", jira: ["name": "High"], edit: ["name": "Low"], back: "Low"),
      Sample(
        column: "worker", sqlType: "text", entry: "field: assignee", field: "assignee",
        row: .string(bo.id), jira: bo.json, edit: ada.json, back: .string(ada.id)),
      Sample(
        column: "deadline", sqlType: "date", entry: "field: duedate", field: "duedate",
        row: "2026-03-01", jira: "2026-03-01", edit: "2026-03-02", back: "2026-03-02"),
      Sample(
        column: "parts", sqlType: "text[]", entry: "field: components", field: "components",
        row: ["Backend"], jira: [["name": "Backend"]], edit: [["name": "Frontend"]],
        back: ["Frontend"], emptied: []),
      Sample(
        column: "fixed_in", sqlType: "text[]", entry: "field: fixVersions", field: "fixVersions",
        row: ["1.0", "2.0"], jira: [["name": "1.0"], ["name": "2.0"]], edit: [["name": "1.1"]],
        back: ["1.1"], emptied: []),
      Sample(
        column: "tags", sqlType: "text[]", entry: "field: labels", field: "labels", row: ["t"],
        jira: ["t"], edit: ["u"], back: ["u"], emptied: []),
      Sample(
        column: "env", sqlType: "text", entry: "field: environment", field: "environment",
        row: "linux", jira: Self.rich("linux", isDataCenter),
        edit: Self.rich("mac", isDataCenter), back: "mac"),
    ]
    if !isDataCenter {
      samples.append(
        Sample(
          column: "above", sqlType: "text", entry: "field: parent", field: "parent",
          row: .string(parents[0]), jira: ["key": .string(parents[0])],
          edit: ["key": .string(parents[1])], back: .string(parents[1])))
    }
    return samples
  }

  /// Whether an answer of JIRA says at least what was expected: it adds ids and addresses.
  private func says(_ answer: JSON, _ expected: JSON) -> Bool {
    if let elements = expected.array {
      let answered = (answer.array ?? []).filter { $0.string?.hasPrefix("jira-sync-") != true }
      return elements.count == answered.count
        && elements.allSatisfy { element in answered.contains { says($0, element) } }
    }
    if expected["type"] == "doc" {
      return SeenIssue.plainText(answer) == SeenIssue.plainText(expected)
    }
    guard let members = expected.object else { return answer == expected }
    return members.allSatisfy { name, value in says(answer[name] ?? .null, value) }
  }

  @Test(arguments: [false, true])
  func `A value goes out, another comes back, an emptied field empties the column`(
    isDataCenter: Bool
  ) async throws {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      var world = world
      var parents: [String] = []
      for _ in 0..<2 {
        let task: JSON = [
          "fields": [
            "project": ["key": "SCRSKY"], "issuetype": ["name": "Story"], "summary": "above",
          ]
        ]
        parents.append(try world.jira.ask("POST", "/issue", task)["key"]?.string ?? "")
      }
      let samples = samples(isDataCenter, parents: parents)
      for sample in samples {
        _ = try await world.sql.query(
          "alter table public.file_audit add column \(identifier: sample.column) \(unescaped: sample.sqlType)",
          doing: "adding a column")
        if let make = sample.make {
          try world.jira.administer(
            "POST", "fields",
            ["name": .string(make.name), "type": .string(make.type), "options": make.options])
        }
      }
      let yaml =
        "fields:\n"
        + samples.map { "  my_\($0.column): {column: \($0.column), direction: both, \($0.entry)}" }
        .joined(separator: "\n")
      world.setup.mapping = try ConfigurationFile(yaml: yaml, file: "m.yaml", columns: nil).mapping

      // Out.
      let id = try await world.addRow()
      try await write(samples.map { ($0.column, $0.row) }, to: id, world)
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.error == nil)
      let key = try #require(link.issueKey)
      let issue = try world.jira.issue(key)
      for sample in samples {
        #expect(
          says(issue[sample.field] ?? .null, sample.jira),
          "\(sample.column): \(issue[sample.field]?.text ?? "nothing")")
      }
      try await rests(id, world, "after the push")

      // Back.
      for sample in samples where sample.field != "labels" {
        try world.jira.edit(key, [sample.field: sample.edit])
      }
      try world.jira.edit(key, ["labels": ["u"]])
      try await world.enqueue("sync", id)
      try await world.drain()
      let pulled = try await world.row(id)
      for sample in samples {
        #expect(pulled[sample.column] == sample.back, "\(sample.column)")
      }
      try await rests(id, world, "after the pull")

      // Emptied.
      for sample in samples where !["priority", "labels"].contains(sample.field) {
        let isList = sample.edit.array != nil
        try world.jira.edit(key, [sample.field: isList ? [] : .null])
      }
      try await world.enqueue("sync", id)
      try await world.drain()
      let emptied = try await world.row(id)
      for sample in samples where !["priority", "labels"].contains(sample.field) {
        #expect(emptied[sample.column] == sample.emptied, "\(sample.column)")
      }
      try await rests(id, world, "after the emptying")
    }
  }

  private func write(
    _ values: [(column: String, json: JSON)], to id: Int64, _ world: SyncWorld
  ) async throws {
    let object = JSON.object(Dictionary(values.map { ($0.column, $0.json) }) { $1 })
    var assignments: SQL = ""
    for (place, value) in values.enumerated() {
      let separator: SQL = place == 0 ? "" : ", "
      assignments =
        "\(assignments)\(separator)\(identifier: value.column) = r.\(identifier: value.column)"
    }
    try await world.run(
      """
      update public.file_audit as f set \(assignments)
      from jsonb_populate_record(null::public.file_audit, \(object.text)::jsonb) as r
      where f.id = \(id)
      """)
  }

  /// A further run has nothing to write on either side.
  private func rests(_ id: Int64, _ world: SyncWorld, _ when: String) async throws {
    let before = try await world.row(id)
    world.jira.forgetCalls()
    try await world.enqueue("sync", id)
    try await world.drain()
    #expect(world.jira.writes() == [], "\(when)")
    #expect(try await world.row(id) == before, "\(when)")
    #expect(try await world.link(id).error == nil, "\(when)")
  }
}
