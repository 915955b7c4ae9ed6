import JSON
import Jira
import Mapping
import Planning

/// What people do to rows and issues.
package enum HistoryEdits {
  /// A few fields of the default mapping, with policies and directions at random.
  package static func mapping(_ generator: inout SeededGenerator) throws -> ResolvedMapping {
    var mapping = Mapping.standard
    let optional = [
      "description", "status", "workflows", "technical_debt", "audit_date", "audited_by", "notes",
    ]
    let kept = Set(
      optional.shuffled(using: &generator).prefix(3) + ["audit_status", "jira_tickets"])
    mapping.fields = mapping.fields.filter { kept.contains($0.name) }
    for index in mapping.fields.indices {
      let name = mapping.fields[index].name
      if mapping.fields[index].direction == .both {
        mapping.fields[index].conflict = generator.pick(ConflictPolicy.allCases)
        if ["notes", "workflows"].contains(name), generator.happens(oneIn: 3) {
          mapping.fields[index].direction = generator.pick(SyncDirection.allCases)
        }
      }
    }
    let missing: Set<String> = generator.happens(oneIn: 3) ? ["Technical debt", "Audit date"] : []
    return try SampleSite.resolved(without: missing, mapping: mapping)
  }

  package static func text(_ generator: inout SeededGenerator) -> String? {
    let number = UInt16.random(in: 0...UInt16.max, using: &generator)
    return generator.pick([nil, "text \(number)", "line \(number)\nand more  ", "é \(number)"])
  }

  package static func row(_ row: inout Row, _ generator: inout SeededGenerator) {
    let text = text(&generator).map { JSON.string($0) } ?? .null
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: row["notes"] = text
    case 1: row["technical_debt"] = text
    case 2: row["workflows"] = .array(workflows(&generator).map { .string($0) })
    case 3: row["has_technical_debt"] = .bool(generator.happens(oneIn: 2))
    case 4:
      row["audit_status"] = .string(generator.pick(["NOT_STARTED", "IN_PROGRESS", "COMPLETED"]))
    case 5: row["status"] = .string(generator.pick(["NOVEL", "SHARED", "SYSTEM"]))
    case 6:
      row["audit_date"] = generator.pick([nil, "2026-05-06T07:08:09.1", "2026-05-06T00:00:00"])
    default: row["audited_by"] = .string(generator.pick(["Ada", "Grace"]))
    }
  }

  package static func workflows(_ generator: inout SeededGenerator) -> [String] {
    Array(
      ["WF1", "WF2", "WF3", "WF4"].shuffled(using: &generator).prefix(
        Int.random(in: 0...3, using: &generator)))
  }

  package static func issue(
    _ fields: inout [String: JSON], _ mapping: ResolvedMapping,
    _ generator: inout SeededGenerator
  ) {
    guard
      let field = mapping.fields.filter({ $0.mapping.target != .issueKey })
        .randomElement(using: &generator)
    else { return }
    switch field.name {
    case "audit_status":
      let (name, category) = generator.pick([
        ("To Do", "new"), ("In Progress", "indeterminate"), ("Review", "indeterminate"),
        ("Done", "done"),
      ])
      fields["status"] = SampleSite.status(name, category)
      fields["resolution"] =
        category == "done" ? ["name": generator.pick(["Done", "Won\u{2019}t Do", "Fixed"])] : nil
      fields["resolutiondate"] = category == "done" ? "2026-07-08T09:10:11.120+0200" : nil
    case "workflows":
      fields[field.fieldID] = .array(workflows(&generator).map { ["value": .string($0)] })
    case "status": fields[field.fieldID] = ["value": .string(generator.pick(["NOVEL", "SHARED"]))]
    case "audit_date":
      fields[field.fieldID] = generator.pick([.null, "2026-06-07T08:09:10.000+0200"])
    case "audited_by": fields[field.fieldID] = .string(generator.pick(["Linus", "Ken"]))
    default:
      guard let text = text(&generator) else {
        fields[field.fieldID] = .null
        return
      }
      fields[field.fieldID] =
        generator.happens(oneIn: 5) ? formatted(text) : ADF.document(from: text)
    }
  }

  /// A text with a bold word, which we cannot write back.
  package static func formatted(_ text: String) -> JSON {
    [
      "type": "doc", "version": 1,
      "content": [
        [
          "type": "paragraph",
          "content": [
            [
              "type": "text", "text": .string("bold \(text.prefix(5))"),
              "marks": [["type": "strong"]],
            ]
          ],
        ]
      ],
    ]
  }
}
