import JSON
import Jira
import Mapping
import Planning

/// A JIRA site with all fields of the default mapping, and rows and issues that fit it.
package enum SampleSite {
  /// The name space of JIRA's own custom field types.
  package static let kinds = "com.atlassian.jira.plugin.system.customfieldtypes:"

  /// The fields of the site.
  package static let fields: [JiraField] = [
    JiraField(
      id: "summary", name: "Summary", isCustom: false,
      schema: FieldSchema(type: "string", system: "summary")),
    JiraField(
      id: "description", name: "Description", isCustom: false,
      schema: FieldSchema(type: "string", system: "description")),
    JiraField(
      id: "labels", name: "Labels", isCustom: false,
      schema: FieldSchema(type: "array", items: "string", system: "labels")),
    JiraField(
      id: "priority", name: "Priority", isCustom: false,
      schema: FieldSchema(type: "priority", system: "priority")),
    custom(10_001, "File path", "textfield"),
    custom(10_002, "File name", "textfield"),
    custom(10_003, "File number", "textfield"),
    custom(10_004, "Layer number", "float", type: "number"),
    custom(10_005, "Layer", "select", type: "option"),
    custom(10_006, "File status", "select", type: "option"),
    custom(10_007, "Workflows", "multiselect", type: "array", items: "option"),
    custom(10_008, "Technical debt", "textarea"),
    custom(10_009, "Audit date", "datetime", type: "datetime"),
    custom(10_010, "Audited by", "textfield"),
    custom(10_011, "Notes", "textarea"),
  ]

  /// A custom field.
  package static func custom(
    _ number: Int, _ name: String, _ kind: String, type: String = "string", items: String? = nil,
    project: String? = nil
  ) -> JiraField {
    JiraField(
      id: "customfield_\(number)", name: name, isCustom: true,
      schema: FieldSchema(
        type: type, items: items, custom: kinds + kind, customID: number),
      scopeProjectID: project)
  }

  /// The default mapping on the site.
  package static func resolved(
    without missing: Set<String> = [], mapping: Mapping = .standard,
    metadata: [FieldMetadata]? = nil
  ) throws -> ResolvedMapping {
    try ResolvedMapping.resolve(
      mapping, fields: fields.filter { !missing.contains($0.name) }, createMetadata: metadata,
      projectID: "10000")
  }

  /// A row with debt, as `to_jsonb` gives it.
  package static let row: Row = [
    "id": 42, "file_number": "0042", "file_path": "src/auth.py", "file_name": "auth.py",
    "layer_number": 3, "layer_name": "Routers", "status": "NOVEL", "workflows": ["WF2", "WF1"],
    "has_technical_debt": true, "technical_debt": "Raw SQL.\nSeverity: HIGH.",
    "jira_tickets": nil, "audit_status": "NOT_STARTED", "audit_date": nil, "audited_by": nil,
    "notes": nil, "created_at": "2026-01-02T03:04:05.123", "updated_at": "2026-01-02T03:04:05.123",
  ]

  /// A status as JIRA gives it.
  package static func status(_ name: String, _ category: String) -> JSON {
    ["id": "1", "name": .string(name), "statusCategory": ["key": .string(category)]]
  }

  /// An issue as JIRA would have it after a plan was written to it.
  package static func issue(
    _ plan: Plan, over fields: [String: JSON] = ["status": status("To Do", "new")],
    resolver: IssueSnapshot.Resolver? = nil
  ) -> IssueSnapshot {
    var fields = fields
    for write in plan.issueWrites { fields[write.fieldID] = write.json }
    return IssueSnapshot(key: "SCRSKY-1001", fields: fields, dialect: .cloud, resolver: resolver)
  }

  /// A row as it is after a plan was written to it.
  package static func row(_ plan: Plan, over row: Row) -> Row {
    plan.rowWrites.reduce(into: row) { row, write in row[write.column] = write.new }
  }

  /// A row, its issue and their base, in sync.
  package static func linked(
    _ mapping: ResolvedMapping, row: Row = SampleSite.row
  ) -> (row: Row, issue: IssueSnapshot, base: Base) {
    let creation = plan(base: nil, row: .present(row), issue: .absent, mapping: mapping)
    let issue = SampleSite.issue(creation)
    let first = plan(
      base: creation.newBase, row: .present(row), issue: .present(issue), mapping: mapping)
    return (
      SampleSite.row(first, over: row), SampleSite.issue(first, over: issue.fields), first.newBase
    )
  }
}
