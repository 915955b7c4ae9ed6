import ArgumentParser
import Glibc
import JSON
import Jira
import Mapping
import Planning

/// How long the plan of one row takes.
struct PlanTime: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Times the plan of one row, with nothing to do and with an edit on each side.")

  @Option(help: "How many plans.") var plans = 20_000

  func run() throws {
    let mapping = try ResolvedMapping.resolve(
      .standard, fields: Self.fields, createMetadata: nil, projectID: "10000")
    let first = plan(base: nil, row: .present(Self.row), issue: .absent, mapping: mapping)
    var fields: [String: JSON] = [
      "status": ["id": "1", "name": "To Do", "statusCategory": ["key": "new"]]
    ]
    for write in first.issueWrites { fields[write.fieldID] = write.json }
    let issue = IssueSnapshot(key: "SCRSKY-1001", fields: fields, dialect: .cloud)
    var row = Self.row
    row["jira_tickets"] = ["SCRSKY-1001"]
    let settled = plan(
      base: first.newBase, row: .present(row), issue: .present(issue), mapping: mapping)
    report("plan_nothing_us", time(settled.newBase, row, issue, mapping))
    row["notes"] = "edited here"
    fields["customfield_10007"] = [["value": "WF3"]]
    let edited = IssueSnapshot(key: "SCRSKY-1001", fields: fields, dialect: .cloud)
    report("plan_both_us", time(settled.newBase, row, edited, mapping))
  }

  /// The mean processor time of a plan, in microseconds: what others do on the machine does not count.
  private func time(
    _ base: Base, _ row: Row, _ issue: IssueSnapshot, _ mapping: ResolvedMapping
  ) -> Double {
    var writes = 0
    let start = clock()
    for _ in 0..<plans {
      let made = plan(base: base, row: .present(row), issue: .present(issue), mapping: mapping)
      writes += made.issueWrites.count
    }
    let took = Double(clock() - start) / Double(CLOCKS_PER_SEC)
    // The result is looked at, so that no plan is left out.
    precondition(writes >= 0)
    return took * 1e6 / Double(plans)
  }

  private static let row: Row = [
    "id": 42, "file_number": "0042", "file_path": "src/auth.py", "file_name": "auth.py",
    "layer_number": 3, "layer_name": "Routers", "status": "NOVEL", "workflows": ["WF2", "WF1"],
    "has_technical_debt": true, "technical_debt": "Raw SQL.\nSeverity: HIGH.",
    "audit_status": "NOT_STARTED", "notes": "A few words.",
  ]

  private static let fields: [JiraField] = [
    system("summary", "Summary"), system("description", "Description"),
    custom(10_001, "File path", "textfield"), custom(10_002, "File name", "textfield"),
    custom(10_003, "File number", "textfield"),
    custom(10_004, "Layer number", "float", type: "number"),
    custom(10_005, "Layer", "select", type: "option"),
    custom(10_006, "File status", "select", type: "option"),
    custom(10_007, "Workflows", "multiselect", type: "array", items: "option"),
    custom(10_008, "Technical debt", "textarea"),
    custom(10_009, "Audit date", "datetime", type: "datetime"),
    custom(10_010, "Audited by", "textfield"), custom(10_011, "Notes", "textarea"),
  ]

  private static func system(_ id: String, _ name: String) -> JiraField {
    JiraField(id: id, name: name, isCustom: false, schema: FieldSchema(type: "string", system: id))
  }

  private static func custom(
    _ number: Int, _ name: String, _ kind: String, type: String = "string", items: String? = nil
  ) -> JiraField {
    JiraField(
      id: "customfield_\(number)", name: name, isCustom: true,
      schema: FieldSchema(
        type: type, items: items,
        custom: "com.atlassian.jira.plugin.system.customfieldtypes:" + kind, customID: number))
  }
}
