import ArgumentParser
import Glibc
import JSON
import Jira
import Mapping
import Planning
import Simulation

/// How long the plan of one row takes.
struct PlanTime: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Times the plan of one row, with nothing to do and with an edit on each side.")

  @Option(help: "How many plans.") var plans = 20_000

  func run() throws {
    let mapping = try SampleSite.resolved(without: ["Labels", "Priority"])
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
}
