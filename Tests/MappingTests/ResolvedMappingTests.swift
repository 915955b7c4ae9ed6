import JSON
import Jira
import Mapping
import Simulation
import Testing

/// Names of a mapping against the fields of a site.
struct ResolvedMappingTests {
  private func problems(_ fields: [JiraField], _ mapping: Mapping = .standard) -> [String] {
    do throws(MappingError) {
      _ = try ResolvedMapping.resolve(
        mapping, fields: fields, createMetadata: nil, projectID: "10000")
      return []
    } catch {
      return error.issues.map(\.message)
    }
  }

  private func mapping(_ name: String, _ change: (inout FieldMapping) -> Void) -> Mapping {
    var mapping = Mapping.standard
    for index in mapping.fields.indices where mapping.fields[index].name == name {
      change(&mapping.fields[index])
    }
    return mapping
  }

  @Test
  func `with all its fields there, the default mapping resolves whole`() throws {
    let resolved = try SampleSite.resolved()
    #expect(resolved.fields.map(\.name) == Mapping.standard.fields.map(\.name))
    #expect(resolved.skipped.isEmpty)
    #expect(resolved["layer_name"]?.fieldID == "customfield_10005")
    #expect(resolved["layer_name"]?.type == .select)
    #expect(!resolved.watchedColumns.contains("jira_tickets"))
    #expect(resolved.watchedColumns.contains("has_technical_debt"))
    #expect(resolved.issueFieldIDs.contains("resolutiondate"))
  }

  @Test
  func `an optional field that the site lacks is left out with one reason and a hint`() throws {
    let fields =
      SampleSite.fields.filter { $0.name != "Notes" } + [SampleSite.custom(1, "Note", "textarea")]
    let resolved = try ResolvedMapping.resolve(
      .standard, fields: fields, createMetadata: nil, projectID: "10000")
    #expect(resolved.skipped.map(\.name) == ["notes"])
    #expect(resolved.skipped[0].reason.contains("'Notes'"))
    #expect(resolved.skipped[0].reason.contains("'Note'"))
  }

  @Test
  func `a required field that the site lacks is an error with near names`() {
    let required = mapping("notes") { $0.required = true }
    let fields =
      SampleSite.fields.filter { $0.name != "Notes" } + [SampleSite.custom(1, "Note", "textarea")]
    let found = problems(fields, required)
    #expect(found.count == 1)
    #expect(found[0].contains("notes") && found[0].contains("'Note'"))
  }

  @Test
  func `two fields of one name are an error that names both, and none is guessed`() {
    let found = problems(SampleSite.fields + [SampleSite.custom(7, "Notes", "textfield")])
    #expect(found.count == 1)
    #expect(found[0].contains("customfield_7") && found[0].contains("customfield_10011"))
    #expect(found[0].contains("textarea") && found[0].contains("textfield"))
  }

  @Test
  func `a field of another project does not count; the case of letters is a second try`() throws {
    let fields =
      SampleSite.fields.filter { $0.name != "Notes" } + [
        SampleSite.custom(7, "Notes", "textfield", project: "20000"),
        SampleSite.custom(8, "NOTES", "textarea", project: "10000"),
      ]
    let resolved = try ResolvedMapping.resolve(
      .standard, fields: fields, createMetadata: nil, projectID: "10000")
    #expect(resolved["notes"]?.fieldID == "customfield_8")
  }

  @Test
  func `beside a Technical debt field the description is only pushed, without it, it is both`()
    throws
  {
    #expect(try SampleSite.resolved()["description"]?.mapping.direction == .push)
    #expect(
      try SampleSite.resolved(without: ["Technical debt"])["description"]?.mapping.direction
        == .both)
  }

  @Test
  func `two writers of one column or one field are refused: they would never come to rest`() {
    let twice = mapping("notes") { $0.target = .customName("Workflows") }
    #expect(problems(SampleSite.fields, twice).contains { $0.contains("workflows and notes") })
    let column = mapping("notes") { $0.columns = ["workflows"] }
    #expect(problems(SampleSite.fields, column).contains { $0.contains("column workflows") })
  }

  @Test
  func `what JIRA requires and nothing fills is a problem, told before the first row fails`() throws
  {
    let metadata = [
      FieldMetadata(fieldID: "summary", name: "Summary", isRequired: true, hasDefaultValue: false),
      FieldMetadata(
        fieldID: "customfield_9", name: "Team", isRequired: true, hasDefaultValue: false),
      FieldMetadata(
        fieldID: "priority", name: "Priority", isRequired: true, hasDefaultValue: true),
      // JIRA takes the account, whatever is mapped; and labels come from the file.
      FieldMetadata(fieldID: "labels", name: "Labels", isRequired: true, hasDefaultValue: false),
      FieldMetadata(
        fieldID: "reporter", name: "Reporter", isRequired: true, hasDefaultValue: false),
    ]
    var mapping = Mapping.standard
    mapping.labels = ["audit"]
    let resolved = try SampleSite.resolved(mapping: mapping, metadata: metadata)
    #expect(resolved.problems.count == 1)
    #expect(
      try SampleSite.resolved(metadata: metadata).problems.count == 2, "no issue has a label then")
    #expect(resolved.problems[0].contains("Team (customfield_9)"))
    #expect(resolved["notes"]?.writableOnCreate == false)
  }

  @Test
  func `a create screen without labels is a problem only where the file names some`() throws {
    let summary = FieldMetadata(
      fieldID: "summary", name: "Summary", isRequired: true, hasDefaultValue: false)
    var mapping = Mapping.standard
    mapping.labels = ["audit"]
    let problem = try #require(
      try SampleSite.resolved(mapping: mapping, metadata: [summary]).problems.first)
    #expect(problem.contains("put Labels on the create screen"))
    #expect(
      try SampleSite.resolved(metadata: [summary]).problems == [], "issues get no labels of ours")
    #expect(try SampleSite.resolved().problems == [], "a site that does not tell its screens")
  }

  @Test
  func `a field of a kind that cannot be mapped is left out, or an error where it is required`()
    throws
  {
    let fields =
      SampleSite.fields.filter { $0.name != "Notes" } + [
        JiraField(
          id: "customfield_5", name: "Notes", isCustom: true,
          schema: FieldSchema(type: "any", custom: "com.example:rank"))
      ]
    let resolved = try ResolvedMapping.resolve(
      .standard, fields: fields, createMetadata: nil, projectID: "10000")
    #expect(resolved.skipped.map(\.name) == ["notes"])
    #expect(problems(fields, mapping("notes") { $0.required = true }).count == 1)
  }
}
