import JSON
import Jira
import Mapping
import Planning
import Simulation
import Testing

/// Every type of JIRA field: a row's value out, and the same value back into the row.
struct FieldTypeTests {
  /// A kind of field, a column's value, JIRA's JSON for it, and the column's value after a pull.
  struct Sample: Sendable, CustomTestStringConvertible {
    let kind: String
    let column: TableColumn
    let row: JSON
    let issue: JSON
    var back: JSON?
    var values = ValueMap()
    var transforms: [FieldTransform] = []

    var testDescription: String { "\(kind) from \(row.text)" }
  }

  private static func text(_ limit: Int? = nil) -> TableColumn {
    TableColumn(name: "c", kind: .text(limit: limit))
  }
  private static let list = TableColumn(name: "c", kind: .textArray)
  private static let time = TableColumn(name: "c", kind: .timestamp)
  private static let number = TableColumn(name: "c", kind: .integer)
  private static let flag = TableColumn(name: "c", kind: .boolean)

  static let samples = [
    Sample(kind: "textfield", column: text(), row: "a b", issue: "a b"),
    Sample(kind: "textfield", column: number, row: 7, issue: "7"),
    Sample(kind: "textarea", column: text(), row: "a\n\nb", issue: ADF.document(from: "a\n\nb")),
    Sample(kind: "url", column: text(), row: "https://a.example/x", issue: "https://a.example/x"),
    Sample(kind: "float", column: number, row: 3, issue: 3),
    Sample(kind: "float", column: text(), row: "4.0", issue: 4, back: "4"),
    Sample(
      kind: "datepicker", column: time, row: "2026-01-02T03:04:05", issue: "2026-01-02",
      back: "2026-01-02T00:00:00"),
    Sample(
      kind: "datetime", column: time, row: "2026-01-02T03:04:05.12",
      issue: "2026-01-02T03:04:05.120+0000"),
    Sample(
      kind: "datetime", column: time, row: "2026-01-02T03:04:05+02:00",
      issue: "2026-01-02T01:04:05.000+0000", back: "2026-01-02T01:04:05+00:00"),
    Sample(kind: "select", column: text(), row: "A", issue: ["value": "A"]),
    Sample(kind: "radiobuttons", column: text(), row: "A", issue: ["value": "A"]),
    Sample(
      kind: "select", column: flag, row: true, issue: ["value": "Yes"],
      values: ValueMap(pairs: ["true": "Yes", "false": "No"])),
    Sample(
      kind: "multiselect", column: list, row: ["B", "A"],
      issue: [["value": "A"], ["value": "B"]]),
    Sample(kind: "multicheckboxes", column: list, row: ["A"], issue: [["value": "A"]]),
    Sample(
      kind: "multiselect", column: text(), row: "B, A",
      issue: [["value": "A"], ["value": "B"]], back: "A, B", transforms: [.split(",")]),
    Sample(
      kind: "textfield", column: list, row: ["a", "b"], issue: "a; b",
      transforms: [.join("; ")]),
    Sample(
      kind: "cascadingselect", column: text(), row: "P / C",
      issue: ["value": "P", "child": ["value": "C"]]),
    Sample(kind: "labels", column: list, row: ["a b"], issue: ["a_b"]),
    Sample(kind: "userpicker", column: text(), row: "5b10", issue: ["accountId": "5b10"]),
    Sample(
      kind: "multiuserpicker", column: list, row: ["5b10"], issue: [["accountId": "5b10"]]),
  ]

  private func resolved(_ sample: Sample) throws -> ResolvedMapping {
    var schemaType = "string"
    if sample.kind == "float" { schemaType = "number" }
    let field = FieldMapping(
      name: "f", columns: ["c"], target: .id("customfield_1"), direction: .both,
      transforms: sample.transforms, valueMap: sample.values)
    return try ResolvedMapping.resolve(
      Mapping(fields: [field], columns: [sample.column]),
      fields: [SampleSite.custom(1, "F", sample.kind, type: schemaType)], createMetadata: nil,
      projectID: "1")
  }

  @Test(arguments: samples)
  func `a value goes to JIRA as its type wants it`(sample: Sample) throws {
    let plan = plan(
      base: nil, row: .present(["c": sample.row]), issue: .absent, mapping: try resolved(sample))
    #expect(plan.problems.isEmpty)
    #expect(plan.issueWrites.map(\.json) == [sample.issue])
  }

  @Test(arguments: samples)
  func `what was pushed reads back equal, so that nothing is left to do`(sample: Sample) throws {
    let mapping = try resolved(sample)
    let pair = SampleSite.linked(mapping, row: ["c": sample.row])
    let again = plan(
      base: pair.base, row: .present(pair.row), issue: .present(pair.issue), mapping: mapping)
    #expect(again.isEmpty && pair.row["c"] == sample.row)
  }

  @Test(arguments: samples)
  func `the same value comes back into an empty row, and rests there`(sample: Sample) throws {
    let mapping = try resolved(sample)
    let zoned: JSON = sample.row.string?.hasSuffix("+02:00") == true ? "2020-01-01T00:00:00Z" : nil
    let empty: Row = ["c": sample.column.kind == .textArray ? [] : zoned]
    let issue = IssueSnapshot(
      key: "A-1", fields: ["customfield_1": sample.issue], dialect: .cloud)
    let base = plan(
      base: nil, row: .present(empty), issue: .absent, mapping: mapping
    ).newBase
    let pull = plan(base: base, row: .present(empty), issue: .present(issue), mapping: mapping)
    #expect(pull.problems.isEmpty)
    let after = SampleSite.row(pull, over: empty)
    if zoned == nil, sample.kind != "labels", sample.row != ["B", "A"] {
      #expect(after["c"] == sample.back ?? sample.row)
    }
    let again = plan(
      base: pull.newBase, row: .present(after), issue: .present(issue), mapping: mapping)
    #expect(again.isEmpty)
  }

  @Test(arguments: [
    ("float", "many"), ("datepicker", "soon"), ("datetime", "2026-13-01T00:00:00"),
    ("url", "no address"), ("cascadingselect", "a / b / c"),
  ])
  func `a value that JIRA cannot hold is a problem that names column and field`(
    kind: String, value: String
  ) throws {
    let sample = Sample(
      kind: kind, column: Self.text(), row: .string(value), issue: nil)
    let plan = plan(
      base: nil, row: .present(["c": sample.row]), issue: .absent, mapping: try resolved(sample))
    #expect(plan.issueWrites.isEmpty)
    #expect(plan.problems.map(\.columns) == [["c"]])
    #expect(plan.problems.first?.message.contains("F (customfield_1)") == true)
  }

  @Test
  func `an option that no value of the column stands for is not guessed`() throws {
    let sample = Sample(
      kind: "select", column: Self.text(), row: "a", issue: ["value": "Other"],
      values: ValueMap(pairs: ["a": "A"], otherwise: "Other"))
    let mapping = try resolved(sample)
    var pair = SampleSite.linked(mapping, row: ["c": "a"])
    pair.issue.fields["customfield_1"] = ["value": "Other"]
    let plan = plan(
      base: pair.base, row: .present(pair.row), issue: .present(pair.issue), mapping: mapping)
    #expect(plan.rowWrites.isEmpty)
    #expect(plan.problems.first?.message.contains("'Other'") == true)
  }
}
