import JSON
import Jira
import Mapping
import Planning
import Simulation
import Testing

/// The composite of debt, audit and the issue's status.
struct StatusTests {
  private let mapping: ResolvedMapping

  init() throws { mapping = try SampleSite.resolved(without: ["Audit date", "Audited by"]) }

  private func row(_ debt: Bool, _ audit: JSON) -> Row {
    var row = SampleSite.row
    row["has_technical_debt"] = .bool(debt)
    row["audit_status"] = audit
    return row
  }

  private func issue(_ category: String, _ resolution: String? = nil) -> [String: JSON] {
    [
      "status": SampleSite.status("S", category),
      "resolution": resolution.map { ["name": .string($0)] } ?? nil,
      "resolutiondate": "2026-07-08T09:10:11.120+0200",
    ]
  }

  /// What the composite alone needs, from a base on which both sides agreed.
  private func next(
    _ row: Row, _ issue: [String: JSON], base: (Row, [String: JSON])?,
    resolver: IssueSnapshot.Resolver? = nil
  ) -> Plan {
    var only = mapping
    only.fields = mapping.fields.filter { $0.name == "audit_status" }
    func snapshot(_ fields: [String: JSON]) -> IssueSide {
      .present(IssueSnapshot(key: "A-1", fields: fields, dialect: .cloud, resolver: resolver))
    }
    let known = base.map { row, issue in
      plan(base: nil, row: .present(row), issue: snapshot(issue), mapping: only).newBase
    }
    return plan(base: known, row: .present(row), issue: snapshot(issue), mapping: only)
  }

  @Test(arguments: [
    (false, "COMPLETED", IssueStatus.Category.done, "Done"),
    (false, "NOT_STARTED", .done, "Done"),
    (true, "IN_PROGRESS", .indeterminate, "In Progress"),
  ])
  func `the row's change asks for a status`(
    debt: Bool, audit: String, category: IssueStatus.Category, name: String
  ) {
    let start = (row(true, "NOT_STARTED"), issue("new"))
    let plan = next(row(debt, .string(audit)), start.1, base: start)
    #expect(plan.transition?.target == StatusTarget(category: category, preferredName: name))
    #expect(plan.rowWrites.isEmpty && plan.conflicts.isEmpty)
  }

  @Test
  func `a row that goes back to not started reopens the issue`() {
    let done = (row(false, "COMPLETED"), issue("done", "Done"))
    let plan = next(row(true, "NOT_STARTED"), done.1, base: done)
    #expect(plan.transition?.target.category == .new)
  }

  @Test
  func `an audited file that keeps its debt leaves the status alone, at every status`() {
    for category in ["new", "indeterminate"] {
      let start = (row(true, "NOT_STARTED"), issue("new"))
      let plan = next(row(true, "COMPLETED"), issue(category), base: start)
      #expect(plan.isEmpty && plan.conflicts.isEmpty)
    }
  }

  @Test(
    arguments: [
      ("done", "Done", false, "COMPLETED"), ("done", "Won\u{2019}t Do", true, "COMPLETED"),
      ("done", "duplicate", true, "COMPLETED"), ("indeterminate", nil, true, "IN_PROGRESS"),
      ("something else", nil, true, "IN_PROGRESS"),
    ] as [(String, String?, Bool, String)])
  func `JIRA's change reaches the row`(
    category: String, resolution: String?, debt: Bool, audit: String
  ) {
    let start = (row(true, "NOT_STARTED"), issue("new"))
    let plan = next(start.0, issue(category, resolution), base: start)
    let after = SampleSite.row(plan, over: start.0)
    #expect(after["has_technical_debt"] == .bool(debt))
    #expect(after["audit_status"] == .string(audit))
    #expect(plan.transition == nil && plan.conflicts.isEmpty)
  }

  @Test
  func `what belongs together is at rest, whatever the status is called`() {
    let pairs = [
      (row(true, "IN_PROGRESS"), issue("indeterminate")), (row(true, nil), issue("new")),
      (row(true, "COMPLETED"), issue("done", "Won't Do")),
      (row(false, "COMPLETED"), issue("done", "Done")),
      (row(false, "NOT_STARTED"), issue("done")), (row(true, "COMPLETED"), issue("new")),
    ]
    for pair in pairs { #expect(next(pair.0, pair.1, base: pair).isEmpty) }
  }

  @Test
  func `a file without debt whose issue was closed as Won't Do needs no transition`() {
    let start = (row(true, "COMPLETED"), issue("done", "Won't Do"))
    #expect(next(row(false, "COMPLETED"), start.1, base: start).isEmpty)
  }

  @Test
  func `both moved to different states: JIRA wins, and the row's is kept as a conflict`() {
    let start = (row(true, "NOT_STARTED"), issue("new"))
    let plan = next(row(true, "IN_PROGRESS"), issue("done", "Done"), base: start)
    #expect(plan.transition == nil)
    #expect(plan.conflicts.map(\.winner) == [.issue])
    #expect(plan.rowWrites.contains { $0.column == "has_technical_debt" && $0.new == false })
  }

  @Test
  func `a resolution fills who and when, even where JIRA has no fields for them`() {
    let start = (row(true, "NOT_STARTED"), issue("new"))
    let resolver = IssueSnapshot.Resolver(id: "5b1", displayName: "Ada Lovelace")
    let plan = next(start.0, issue("done", "Done"), base: start, resolver: resolver)
    let after = SampleSite.row(plan, over: start.0)
    #expect(after["audit_date"] == "2026-07-08T07:10:11.12")
    #expect(after["audited_by"] == "Ada Lovelace")
    #expect(!plan.needsResolver)
    #expect(next(start.0, issue("done", "Done"), base: start).needsResolver)
  }

  @Test
  func `what a person noted about the audit is not overwritten silently by a resolution`() {
    var noted = row(true, "NOT_STARTED")
    let start = (noted, issue("new"))
    noted["audited_by"] = "Grace"
    let resolver = IssueSnapshot.Resolver(id: "5b1", displayName: "Ada")
    let plan = next(noted, issue("done", "Done"), base: start, resolver: resolver)
    #expect(plan.conflicts.map(\.field) == ["audited_by"])
    #expect(plan.conflicts.first?.row == .text("Grace"))
  }

  @Test
  func `a new issue starts in To Do: a row in work asks for a transition, one that waits does not`()
  {
    let working = plan(
      base: nil, row: .present(row(true, "IN_PROGRESS")), issue: .absent, mapping: mapping)
    #expect(working.transition?.target.category == .indeterminate)
    let waiting = plan(
      base: nil, row: .present(row(true, "NOT_STARTED")), issue: .absent, mapping: mapping)
    #expect(waiting.transition == nil)
    let after = plan(
      base: working.newBase, row: .present(row(true, "IN_PROGRESS")),
      issue: .present(SampleSite.issue(working)), mapping: mapping)
    #expect(after.transition?.target.category == .indeterminate)
    #expect(after.conflicts.isEmpty)
  }

  @Test
  func `an audit status that means nothing is a problem of that field alone`() {
    let plan = next(row(true, "PAUSED"), issue("new"), base: (row(true, nil), issue("new")))
    #expect(plan.isEmpty)
    #expect(plan.problems.map(\.field) == ["audit_status"])
    #expect(plan.problems[0].message.contains("NOT_STARTED, IN_PROGRESS, COMPLETED"))
  }
}
