import FoundationEssentials
import JSON
import Jira
import Simulation
import Testing

@testable import Mapping
@testable import Planning

/// Whole plans, on the default mapping.
struct PlanTests {
  private func next(
    _ pair: (row: Row, issue: IssueSnapshot, base: Base), _ mapping: ResolvedMapping
  ) -> Plan {
    plan(
      base: pair.base, row: .present(pair.row), issue: .present(pair.issue), mapping: mapping)
  }

  /// Applies a plan to both sides and expects that nothing is left to do.
  private func expectRest(
    _ done: Plan, _ pair: (row: Row, issue: IssueSnapshot, base: Base),
    _ mapping: ResolvedMapping
  ) {
    let row = SampleSite.row(done, over: pair.row)
    let issue = SampleSite.issue(done, over: pair.issue.fields, resolver: pair.issue.resolver)
    let again = plan(
      base: done.newBase, row: .present(row), issue: .present(issue), mapping: mapping)
    #expect(again.isEmpty)
    #expect(again.newBase == done.newBase)
    #expect(again.conflicts.isEmpty)
  }

  @Test
  func `a row with debt becomes an issue with all pushed fields; empty ones are left out`() throws {
    let creation = plan(
      base: nil, row: .present(SampleSite.row), issue: .absent, mapping: try SampleSite.resolved())
    let values = Dictionary(
      uniqueKeysWithValues: creation.issueWrites.map { ($0.field, $0.value) })
    #expect(values["summary"] == .text("[0042] src/auth.py — Raw SQL."))
    #expect(values["description"] == .text("Raw SQL.\nSeverity: HIGH."))
    #expect(values["layer_number"] == .number(3))
    #expect(values["layer_name"] == .option("Routers"))
    #expect(values["workflows"] == .set(["WF1", "WF2"]))
    #expect(values["notes"] == nil)
    #expect(creation.rowWrites.isEmpty && creation.transition == nil)
    let labels = creation.creationFields(labels: ["jira-sync-x", "audit"])["labels"]
    #expect(labels == ["audit", "jira-sync-x"])
  }

  @Test
  func `after the creation one run appends the key, and the next does nothing`() throws {
    let mapping = try SampleSite.resolved()
    var row = SampleSite.row
    row["jira_tickets"] = ["SCRSKY-7"]
    let pair = SampleSite.linked(mapping, row: row)
    #expect(pair.row["jira_tickets"] == ["SCRSKY-7", "SCRSKY-1001"])
    #expect(next(pair, mapping).isEmpty)
    #expect(next(pair, mapping).newBase == pair.base)
  }

  @Test
  func `a change of the row is one edit of just the fields made from it`() throws {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.row["technical_debt"] = "x"
    let plan = next(pair, mapping)
    #expect(plan.issueWrites.map(\.field).sorted() == ["description", "summary", "technical_debt"])
    #expect(plan.rowWrites.isEmpty && plan.conflicts.isEmpty)
    #expect(
      Set(plan.issueWrites.editFields.keys) == ["summary", "description", "customfield_10008"])
    expectRest(plan, pair, mapping)
  }

  /// Broken variant: an absent column read as an empty value erases the issue's field.
  @Test(arguments: ["notes", "layer_name", "workflows", "technical_debt"])
  func
    `a column that was renamed or dropped is no empty value: its field is left alone on both sides`(
      column: String
    ) throws
  {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping, row: SampleSite.row)
    pair.row[column] = nil
    let done = next(pair, mapping)
    #expect(done.isEmpty && done.conflicts.isEmpty && done.problems.isEmpty)
    #expect(done.newBase == pair.base)
  }

  @Test
  func `a change of the issue reaches the row, and what is made from the row follows in one run`()
    throws
  {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.issue.fields["customfield_10008"] = ADF.document(from: "Fixed half.")
    let plan = next(pair, mapping)
    #expect(plan.rowWrites.map(\.column) == ["technical_debt"])
    #expect(plan.rowWrites.map(\.new) == ["Fixed half."])
    #expect(plan.rowWrites.map(\.old) == ["Raw SQL.\nSeverity: HIGH."])
    #expect(plan.issueWrites.map(\.field) == ["summary", "description"])
    expectRest(plan, pair, mapping)
  }

  @Test
  func `different fields changed on both sides: both arrive, and nothing is a conflict`() throws {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.row["workflows"] = ["WF3"]
    pair.issue.fields["customfield_10011"] = ADF.document(from: "From JIRA.")
    let plan = next(pair, mapping)
    #expect(plan.issueWrites.map(\.field) == ["workflows"])
    #expect(plan.rowWrites.map(\.column) == ["notes"])
    #expect(plan.conflicts.isEmpty)
    expectRest(plan, pair, mapping)
  }

  @Test
  func `the same field changed on both sides: the policy's winner, and both values kept`() throws {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.row["notes"] = "From the row."
    pair.issue.fields["customfield_10011"] = ADF.document(from: "From JIRA.")
    let plan = next(pair, mapping)
    let conflict = try #require(plan.conflicts.first)
    #expect(plan.conflicts.count == 1)
    #expect(conflict.row == .text("From the row.") && conflict.issue == .text("From JIRA."))
    #expect(conflict.winner == .row)
    #expect(plan.issueWrites.map(\.field) == ["notes"])
    expectRest(plan, pair, mapping)
  }

  @Test
  func `what differs only in spelling is in sync: blanks, line ends, order, 3 and 3.0, null`()
    throws
  {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.row["technical_debt"] = "Raw SQL.  \r\nSeverity: HIGH.\n\n"
    pair.row["workflows"] = ["WF1", "WF2", "WF1"]
    pair.row["notes"] = ""
    pair.issue.fields["customfield_10004"] = try JSON(parsing: "3.0")
    pair.issue.fields["customfield_10007"] = [["value": "WF1"], ["value": "WF2"]]
    let plan = next(pair, mapping)
    #expect(plan.isEmpty && plan.conflicts.isEmpty)
    // A trigger compares raw columns with the base, so the base must know the new spelling.
    #expect(plan.newBase.columns["technical_debt"] == pair.row["technical_debt"])
  }

  @Test
  func `one bad field is left out and named; the others of the row go on`() throws {
    var mapping = try SampleSite.resolved()
    for index in mapping.fields.indices where mapping.fields[index].name == "layer_name" {
      mapping.fields[index].options = ["Models", "Services"]
    }
    var pair = SampleSite.linked(try SampleSite.resolved())
    pair.row["layer_number"] = 4
    // What is in sync needs no option, though the site may have taken it away.
    #expect(next(pair, mapping).problems.isEmpty)
    pair.row["layer_name"] = "Routes"
    let plan = next(pair, mapping)
    let problem = try #require(plan.problems.first)
    #expect(plan.problems.count == 1)
    #expect(
      problem.description.hasPrefix(
        "layer_name: 'Routes' is not an option of the JIRA field Layer (customfield_10005)"))
    #expect(problem.description.contains("'Models', 'Services'"))
    #expect(plan.issueWrites.map(\.field) == ["layer_number"])
  }

  @Test
  func `a list keeps its order when JIRA adds to it or takes from it`() throws {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.issue.fields["customfield_10007"] = [
      ["value": "WF1"], ["value": "WF2"], ["value": "WF0"],
    ]
    #expect(next(pair, mapping).rowWrites.map(\.new) == [["WF2", "WF1", "WF0"]])
    pair.issue.fields["customfield_10007"] = .null
    #expect(next(pair, mapping).rowWrites.map(\.new) == [[]])
  }

  /// As after a move to a project that does not have the field, or when an administrator has changed its context.
  ///
  /// Catches taking what JIRA does not say for a field that a user cleared.
  @Test
  func `a field that JIRA does not show any more erases nothing, and nothing is written to it`()
    throws
  {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.issue.fields["customfield_10007"] = nil
    let plan = next(pair, mapping)
    #expect(plan.isEmpty)
    #expect(plan.newBase.fields["workflows"] == pair.base.fields["workflows"])
    let problem = try #require(plan.problems.first)
    #expect(problem.description.hasPrefix("workflows: JIRA does not show the field"))
  }

  @Test
  func `a value too long for its column is a problem, not a failing row`() throws {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.issue.fields["customfield_10010"] = .string(String(repeating: "x", count: 101))
    let plan = next(pair, mapping)
    #expect(plan.rowWrites.isEmpty)
    #expect(plan.problems.map(\.columns) == [["audited_by"]])
    #expect(plan.problems[0].message.contains("100 characters"))
  }

  @Test
  func `a summary longer than JIRA takes is cut and stays in sync; the row keeps its text`() throws
  {
    let mapping = try SampleSite.resolved()
    var row = SampleSite.row
    row["technical_debt"] = .string(String(repeating: "🙂 long ", count: 60))
    let pair = SampleSite.linked(mapping, row: row)
    let summary = try #require(pair.issue.fields["summary"]?.string)
    #expect(summary.utf16.count <= 255 && summary.hasSuffix("…"))
    #expect(next(pair, mapping).isEmpty)
  }

  @Test
  func `a JIRA edit of a text that was cut waits for a person: the row's end would be lost`() throws
  {
    let mapping = try SampleSite.resolved()
    var row = SampleSite.row
    row["notes"] = .string(String(repeating: "0123456789", count: 4_000))
    var pair = SampleSite.linked(mapping, row: row)
    #expect(next(pair, mapping).isEmpty)
    pair.issue.fields["customfield_10011"] = ADF.document(from: "short")
    let plan = next(pair, mapping)
    #expect(plan.isEmpty)
    #expect(plan.conflicts.map(\.reason) == [.cut])
    #expect(plan.newBase == pair.base)
  }

  @Test
  func `a write that crashed before the base was kept is recognised as ours`() throws {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.row["notes"] = "first"
    let crashed = next(pair, mapping)
    pair.issue = SampleSite.issue(crashed, over: pair.issue.fields)
    pair.base = crashed.notedBase
    pair.row["notes"] = "second"
    let plan = next(pair, mapping)
    #expect(plan.conflicts.isEmpty)
    #expect(plan.issueWrites.map(\.value) == [.text("second")])
    // Without the note the same state is a conflict with ourselves.
    var forgetful = pair
    forgetful.base = SampleSite.linked(mapping).base
    #expect(next(forgetful, mapping).conflicts.count == 1)
  }

  @Test
  func `the guard names every column of a value that is written, not only those that change`()
    throws
  {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.issue.fields["status"] = SampleSite.status("Review", "indeterminate")
    let plan = next(pair, mapping)
    #expect(plan.rowWrites.map(\.column) == ["audit_status"])
    #expect(plan.rowGuard == ["audit_status": "NOT_STARTED", "has_technical_debt": true])
  }

  @Test
  func `a field that is not on the create screen is written by the next run`() throws {
    let metadata = SampleSite.fields.filter { $0.name != "Workflows" }.map {
      FieldMetadata(fieldID: $0.id, name: $0.name, isRequired: false, hasDefaultValue: false)
    }
    let mapping = try SampleSite.resolved(metadata: metadata)
    let creation = plan(base: nil, row: .present(SampleSite.row), issue: .absent, mapping: mapping)
    #expect(creation.deferred == ["workflows"])
    let after = plan(
      base: creation.newBase, row: .present(SampleSite.row),
      issue: .present(SampleSite.issue(creation)),
      mapping: mapping)
    #expect(after.issueWrites.map(\.field) == ["workflows"])
    #expect(after.conflicts.isEmpty)
  }

  @Test
  func `JIRA's own labels are shared: ours are added and removed, other people's stay`() throws {
    var mapping = Mapping.standard
    mapping.labels = ["file-audit"]
    mapping.fields.append(
      FieldMapping(name: "tags", columns: ["workflows"], target: .system("labels")))
    mapping.fields.removeAll { $0.name == "workflows" }
    let resolved = try SampleSite.resolved(mapping: mapping)
    var pair = SampleSite.linked(resolved)
    pair.issue.fields["labels"] = ["WF1", "WF2", "mine", "file-audit", "jira-sync-0"]
    #expect(next(pair, resolved).isEmpty)
    pair.row["workflows"] = ["WF2", "WF 3"]
    let plan = next(pair, resolved)
    #expect(plan.issueWrites.editFields.isEmpty)
    #expect(plan.issueWrites.editOperations == ["labels": [["add": "WF_3"], ["remove": "WF1"]]])
  }

  @Test
  func `a field that is sent once is neither written again nor put back`() throws {
    var mapping = Mapping.standard
    for index in mapping.fields.indices where mapping.fields[index].name == "status" {
      mapping.fields[index].apply = .create
    }
    let resolved = try SampleSite.resolved(mapping: mapping)
    var pair = SampleSite.linked(resolved)
    #expect(pair.issue.fields["customfield_10006"] == ["value": "NOVEL"])
    pair.row["status"] = "SHARED"
    #expect(next(pair, resolved).isEmpty)
    pair.issue.fields["customfield_10006"] = ["value": "SYSTEM"]
    #expect(next(pair, resolved).isEmpty)
    #expect(next(pair, resolved).conflicts.isEmpty)
  }

  @Test
  func `a field that is no longer mapped leaves the base`() throws {
    let pair = SampleSite.linked(try SampleSite.resolved())
    var mapping = Mapping.standard
    mapping.fields.removeAll { $0.name == "notes" }
    let plan = next(pair, try SampleSite.resolved(mapping: mapping))
    #expect(pair.base.fields["notes"] != nil && plan.newBase.fields["notes"] == nil)
    #expect(plan.isEmpty)
  }

  @Test
  func `a field that JIRA spells otherwise is not written again for ever`() throws {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.row["file_name"] = "a  b.py"
    let plan = next(pair, mapping)
    pair.issue = SampleSite.issue(plan, over: pair.issue.fields)
    pair.issue.fields["customfield_10002"] = "a b.py"
    #expect(!next((pair.row, pair.issue, plan.newBase), mapping).isEmpty)
    let field = try #require(mapping["file_name"])
    pair.base = plan.newBase
    pair.base.note(
      SentValue(sent: .text("a  b.py"), before: .empty, held: .text("a b.py"), type: .text),
      .stored,
      field: field, previous: nil, sending: Base.Sending(at: 0, row: ""))
    #expect(next(pair, mapping).isEmpty)
  }

  @Test
  func `a base survives JSON, as it is kept in the database`() throws {
    let mapping = try SampleSite.resolved()
    var pair = SampleSite.linked(mapping)
    pair.row["notes"] = "x"
    let base = next(pair, mapping).notedBase
    let data = try JSONEncoder().encode(base)
    #expect(try JSONDecoder().decode(Base.self, from: data) == base)
  }
}
