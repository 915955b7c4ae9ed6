import Foundation
import JSON
import Simulation
import Testing

@testable import Mapping
@testable import SyncConfiguration

/// `jira-sync.yaml`: what it may say, and how it says what is wrong with it.
struct ConfigurationFileTests {
  private func field(_ name: String, in yaml: String) throws -> FieldMapping {
    let mapping = try ConfigurationFile(yaml: yaml, file: "jira-sync.yaml").mapping
    return try #require(mapping.fields.first { $0.name == name })
  }

  /// The messages for a text, empty where it is right.
  private func issues(_ yaml: String) -> [String] {
    do throws(MappingError) {
      _ = try ConfigurationFile(yaml: yaml, file: "m.yaml")
      return []
    } catch {
      return error.issues.map(\.description)
    }
  }

  @Test(arguments: ["", "# nothing\n", "fields: {}\n"])
  func `an empty file is the default mapping`(yaml: String) throws {
    #expect(try ConfigurationFile(yaml: yaml, file: "m.yaml").mapping == .standard)
  }

  @Test
  func `an entry says only what differs; the rest stays as it is by default`() throws {
    let notes = try field("notes", in: "fields:\n  notes:\n    conflict: manual\n")
    let standard = try #require(Mapping.standard.fields.first { $0.name == "notes" })
    var expected = standard
    expected.conflict = .manual
    #expect(notes == expected)
  }

  @Test(arguments: ["fields:\n  notes: false\n", "fields:\n  notes: {enabled: false}\n"])
  func `a field is switched off by false or enabled: false`(yaml: String) throws {
    let mapping = try ConfigurationFile(yaml: yaml, file: "m.yaml").mapping
    #expect(!mapping.fields.contains { $0.name == "notes" })
    #expect(mapping.fields.count == Mapping.standard.fields.count - 1)
  }

  @Test
  func `a new field names its column and its JIRA field, by name, id or system name`() throws {
    let yaml = """
      fields:
        urgency:
          column: status
          field: priority
          values: {NOVEL: High, SHARED: Medium}
          otherwise: Low
          apply: create
          required: true
        owner: {constant: Platform, field: {name: Team}}
        number: {column: layer_number, field: customfield_10077}
      """
    let urgency = try field("urgency", in: yaml)
    #expect(urgency.target == .system("priority"))
    #expect(
      urgency.valueMap == ValueMap(pairs: ["NOVEL": "High", "SHARED": "Medium"], otherwise: "Low"))
    #expect(urgency.apply == .create)
    #expect(urgency.required)
    #expect(try field("owner", in: yaml).source == .constant("Platform"))
    #expect(try field("owner", in: yaml).target == .customName("Team"))
    #expect(try field("number", in: yaml).target == .id("customfield_10077"))
  }

  @Test
  func `transforms are steps in their order`() throws {
    let yaml = """
      fields:
        file_path:
          transforms:
            - trim
            - regex: {pattern: "^src/", replacement: ""}
            - truncate: 100
      """
    let steps = try field("file_path", in: yaml).transforms
    #expect(
      steps == [.trim, .regex(try TextPattern("^src/"), replacement: ""), .truncate(100)])
  }

  @Test
  func `the composite takes names of statuses and resolutions`() throws {
    let yaml = """
      fields:
        audit_status:
          statuses: {to_do: Backlog, done: Closed}
          unresolved: [Rejected]
      """
    guard case .status(let rules) = try field("audit_status", in: yaml).source else {
      Issue.record("not the composite")
      return
    }
    #expect(rules.toDoStatus == "Backlog")
    #expect(rules.inProgressStatus == "In Progress")
    #expect(rules.doneStatus == "Closed")
    #expect(rules.unresolvedResolutions == ["Rejected"])
  }

  /// Catches a reader that searches the text for a key at the beginning of a line.
  @Test(arguments: [
    "existing_tickets: create\nlimits: {calls_per_second: 5}\n",
    "{existing_tickets: create, limits: {calls_per_second: 5}}",
    "\"existing_tickets\": create\n'limits':\n  calls_per_second: 5\n",
  ])
  func `a file says the same in every style of YAML`(yaml: String) throws {
    let file = try ConfigurationFile(yaml: yaml, file: "m.yaml")
    #expect(file.existingTickets == .create)
    #expect(file.limits.callsPerSecond == 5)
    #expect(file.written.keys.sorted() == ["existing_tickets", "limits"])
    #expect(try ConfigurationFile(yaml: "", file: "m.yaml").existingTickets == nil)
  }

  @Test func `mistakes in all sections are reported together, in their order`() {
    #expect(
      issues(
        "limits: {calls_per_second: fast}\nfields: {notes: {confict: manual}}\npoll: {interval: 1 minut}\n"
      ).map { $0.prefix { $0 != " " } } == ["m.yaml:1:28:", "m.yaml:2:18:", "m.yaml:3:18:"])
  }

  /// Each broken text, and what its message must hold; a loader that ignores what it does not know passes none.
  @Test(arguments: [
    ("feilds: {}\n", ["m.yaml:1:1", "'feilds'", "'fields'"]),
    // Nothing of it is set by the file, so it must not be taken as if it were.
    ("project: SCRSKY\n", ["m.yaml:1:1", "'project'"]),
    ("fields:\n  notes:\n    confict: manual\n", ["m.yaml:3:5", "'confict'", "'conflict'"]),
    ("fields:\n  notes:\n    conflict: rowwins\n", ["m.yaml:3:15", "'rowwins'", "'row_wins'"]),
    ("fields:\n  notes:\n    column: note\n", ["m.yaml:3:13", "'note'", "'notes'"]),
    ("fields:\n  nots: true\n", ["m.yaml:2:3", "'nots'", "'notes'"]),
    ("fields:\n  notes: [1]\n", ["m.yaml:2:10", "mapping", "list"]),
    ("fields:\n  notes:\n    required: maybe\n", ["m.yaml:3:15", "'maybe'", "true or false"]),
    ("fields:\n  notes:\n    field:\n", ["m.yaml:3:", "empty"]),
    ("fields:\n  new:\n    column: notes\n", ["m.yaml:2:3", "no field"]),
    ("fields:\n  new:\n    field: Team\n", ["m.yaml:2:3", "no column"]),
    ("fields:\n  notes: {column: notes, constant: x}\n", ["m.yaml:2:26", "both"]),
    ("fields:\n  notes:\n    field: status\n", ["m.yaml:3:12", "audit_status"]),
    ("fields:\n  summary:\n    template: \"{file_pth}\"\n", ["m.yaml:3:15", "'file_path'"]),
    ("fields:\n  summary:\n    template: \"{file_path\"\n", ["m.yaml:3:15", "not closed"]),
    ("fields:\n  notes:\n    transforms: [shout]\n", ["m.yaml:3:18", "'shout'", "trim"]),
    ("fields:\n  notes:\n    transforms: [truncate: 0]\n", ["m.yaml:3:28", "'0'"]),
    ("fields:\n  notes:\n    transforms: [first_line]\n", ["m.yaml:2:3", "push"]),
    (
      "fields:\n  notes:\n    transforms: [{regex: {pattern: \"(\"}}]\n",
      ["m.yaml:3:36", "regular"]
    ),
    ("fields:\n  notes:\n    values: {a: x, b: x}\n", ["m.yaml:2:3", "same text"]),
    ("fields:\n  notes:\n    template: \"{notes}\"\n", ["m.yaml:2:3", "taken apart"]),
    ("issue_type: [Task]\n", ["m.yaml:1:13", "list"]),
    ("labels: [two words]\n", ["m.yaml:1:9", "'two words'"]),
    ("fields: {a: 1\n", ["m.yaml:", "not YAML"]),
    ("labels: [a]\nlabels: [b]\n", ["m.yaml:", "'labels' twice"]),
    ("existing_tickets: adopted\n", ["m.yaml:1:19", "'adopt'"]),
  ])
  func `what is wrong is named by place, with what is allowed`(yaml: String, parts: [String]) {
    let found = issues(yaml).joined(separator: "\n")
    for part in parts { #expect(found.contains(part), "'\(part)' is missing in: \(found)") }
  }

  @Test
  func `everything that is wrong is told at once, in the order of the file`() {
    let found = issues("issue_typ: Task\nfields:\n  notes:\n    apply: never\n    require: true\n")
    #expect(found.count == 3)
    #expect(found.map { $0.prefix(8) } == ["m.yaml:1", "m.yaml:4", "m.yaml:5"])
  }
}

extension ConfigurationFileTests {
  /// A file in the root of the repository.
  private func shipped(_ name: String) throws -> Data {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: root.appending(path: name))
  }

  @Test
  func `the example that is shipped is right, and resolves on a site with all fields`() throws {
    let yaml = String(decoding: try shipped("jira-sync.example.yaml"), as: UTF8.self)
    let mapping = try ConfigurationFile(yaml: yaml, file: "jira-sync.example.yaml").mapping
    #expect(mapping.labels == ["file-audit"])
    let resolved = try SampleSite.resolved(mapping: mapping)
    #expect(resolved["urgency"]?.fieldID == "priority")
  }

  /// A key that is added to one and forgotten in the other fails here.
  @Test
  func `the schema knows the keys that the reader knows`() throws {
    let schema = try JSON(parsing: try shipped("jira-sync.schema.json"))
    let properties = try #require(schema["properties"])
    #expect(Set(try #require(properties.object).keys) == Set(ConfigurationReader.keys))
    let field = properties["fields"]?["additionalProperties"]?["oneOf"]?[1]?["properties"]
    let status = properties["fields"]?["properties"]?["audit_status"]?["oneOf"]?[1]?["properties"]
    let statusOnly: Set = ["statuses", "audit_values", "resolved", "unresolved"]
    #expect(
      Set(try #require(field?.object).keys) == Set(FieldReader.keys).subtracting(statusOnly))
    #expect(Set(try #require(status?.object).keys) == Set(FieldReader.statusKeys))
  }
}
