import JSON
import Jira
import Testing

/// The kind of a field follows from its schema, never from its name.
@Suite struct FieldTypeTests {
  private static let standard = "com.atlassian.jira.plugin.system.customfieldtypes:"

  @Test(arguments: [
    ("textfield", FieldType.text), ("textarea", .paragraph), ("url", .url), ("float", .number),
    ("datepicker", .date), ("datetime", .dateTime), ("select", .select), ("radiobuttons", .select),
    ("multiselect", .multiSelect), ("multicheckboxes", .checkboxes),
    ("cascadingselect", .cascadingSelect), ("userpicker", .user), ("multiuserpicker", .multiUser),
    ("labels", .labels), ("version", .version), ("multiversion", .versions),
  ])
  func `custom fields by their kind`(name: String, type: FieldType) {
    let schema = FieldSchema(type: "any", custom: Self.standard + name, customID: 10_010)
    #expect(FieldType.of(schema) == type)
  }

  @Test(arguments: [
    ("summary", "string", FieldType.summary), ("description", "string", .description),
    ("environment", "string", .paragraph), ("labels", "array", .labels),
    ("priority", "priority", .priority), ("resolution", "resolution", .resolution),
    ("status", "status", .status), ("assignee", "user", .user), ("duedate", "date", .date),
    ("updated", "datetime", .dateTime), ("fixVersions", "array", .versions),
    ("components", "array", .components), ("issuetype", "issuetype", .issueType),
    ("project", "project", .project),
  ])
  func `system fields by their name`(system: String, type: String, expected: FieldType) {
    #expect(FieldType.of(FieldSchema(type: type, system: system)) == expected)
  }

  @Test func `fields of apps by their bare type`() {
    let points = FieldSchema(type: "number", custom: "com.pyxis.greenhopper.jira:jsw-story-points")
    #expect(FieldType.of(points) == .number)
    let sprint = FieldSchema(type: "array", items: "json", custom: "com.pyxis:gh-sprint")
    #expect(FieldType.of(sprint) == .unsupported("com.pyxis:gh-sprint"))
    #expect(
      FieldType.of(JiraField(id: "issuekey", name: "Key", isCustom: false))
        == .unsupported("issuekey"))
  }

  @Test func `an unsupported field is shown but never written`() {
    let type = FieldType.unsupported("gh-sprint")
    let read = FieldCodec.decode(["name": "Sprint 1"], as: type, dialect: .cloud)
    #expect(read.value == .text("Sprint 1"))
    #expect(read.isLossy)
    #expect(throws: FieldCodecError.notWritable(type)) {
      try FieldCodec.encode(.text("x"), as: type, dialect: .cloud)
    }
  }
}
