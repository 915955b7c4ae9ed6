import JSON
import Jira
import Simulation
import Testing

@testable import Mapping
@testable import Planning

@Suite("What a person decided, and what is left alone")
struct ConflictResolutionTests {
  /// Notes that were changed on both sides, with a policy that lets a person decide.
  private func dispute() throws -> (
    mapping: ResolvedMapping, row: Row, issue: IssueSnapshot, base: Base
  ) {
    var mapping = Mapping.standard
    for index in mapping.fields.indices where mapping.fields[index].name == "notes" {
      mapping.fields[index].conflict = .manual
    }
    let resolved = try SampleSite.resolved(mapping: mapping)
    var (row, issue, base) = SampleSite.linked(resolved)
    row["notes"] = "the row's"
    issue.fields["customfield_10011"] = ADF.document(from: "JIRA's")
    return (resolved, row, issue, base)
  }

  private func decide(
    _ choice: ConflictResolution.Choice, row: JSON = "the row's", issue: JSON = "JIRA's"
  ) throws -> Plan {
    let pair = try dispute()
    return plan(
      base: pair.base, row: .present(pair.row), issue: .present(pair.issue), mapping: pair.mapping,
      resolutions: [
        "notes": ConflictResolution(conflict: 7, choice: choice, row: row, issue: issue)
      ])
  }

  @Test
  func `without a decision neither side is written`() throws {
    let pair = try dispute()
    let plan = plan(
      base: pair.base, row: .present(pair.row), issue: .present(pair.issue), mapping: pair.mapping)
    #expect(plan.isEmpty)
    #expect(plan.conflicts.map(\.winner) == [nil])
  }

  @Test
  func `the row's value, the issue's, or a third one goes to both sides, and settles the conflict`()
    throws
  {
    let row = try decide(.row)
    #expect(row.issueWrites.map(\.value) == [.text("the row's")])
    #expect(row.rowWrites.isEmpty)
    let issue = try decide(.issue)
    #expect(issue.rowWrites.map(\.new) == ["JIRA's"])
    #expect(issue.issueWrites.isEmpty)
    let third = try decide(.value("a third"))
    #expect(third.issueWrites.map(\.value) == [.text("a third")])
    #expect(third.rowWrites.map(\.new) == ["a third"])
    for plan in [row, issue, third] {
      #expect(plan.decided == ["notes": 7])
      #expect(plan.conflicts.isEmpty, "the one that was decided is on record")
    }
  }

  /// Catches a decision that overwrites what the person never saw.
  @Test
  func `it holds only while the loser still says what was seen`() throws {
    for plan in [
      try decide(.row, issue: "older"), try decide(.issue, row: "older"),
      try decide(.value("x"), issue: "older"),
    ] {
      #expect(plan.isEmpty)
      #expect(plan.decided.isEmpty)
      #expect(plan.conflicts.map(\.winner) == [nil])
    }
    #expect(try !decide(.row, row: "older").isEmpty, "the winner's newer value is as good")
  }

  @Test
  func `the composite takes an object by column`() throws {
    let mapping = try SampleSite.resolved()
    var (row, issue, base) = SampleSite.linked(mapping)
    row["audit_status"] = "IN_PROGRESS"
    issue.fields["status"] = SampleSite.status("Done", "done")
    let resolution = ConflictResolution(
      conflict: 8, choice: .value(["audit_status": "COMPLETED", "has_technical_debt": true]),
      row: "in_progress", issue: "done")
    let made = plan(
      base: base, row: .present(row), issue: .present(issue), mapping: mapping,
      resolutions: ["audit_status": resolution])
    #expect(made.rowWrites.map(\.new) == ["COMPLETED"])
    #expect(made.transition == nil, "an audited file may keep its debt while the issue is done")
    var wrong = resolution
    wrong.choice = .value("COMPLETED")
    let refused = plan(
      base: base, row: .present(row), issue: .present(issue), mapping: mapping,
      resolutions: ["audit_status": wrong])
    #expect(refused.decided.isEmpty)
    #expect(refused.problems.first?.message.contains("object by column") == true)
  }

  @Test
  func `a suspended field keeps its base and says why; the others go on`() throws {
    let mapping = try SampleSite.resolved()
    var (row, issue, base) = SampleSite.linked(mapping)
    row["notes"] = "new"
    row["layer_number"] = 9
    issue.fields["customfield_10010"] = "Ada"
    let made = plan(
      base: base, row: .present(row), issue: .present(issue), mapping: mapping,
      suspended: ["notes": "changed sides too often"])
    #expect(made.issueWrites.map(\.field) == ["layer_number"])
    #expect(made.rowWrites.map(\.column) == ["audited_by"])
    #expect(made.problems.map(\.message) == ["changed sides too often"])
    #expect(made.newBase.fields["notes"] == base.fields["notes"])
  }
}
