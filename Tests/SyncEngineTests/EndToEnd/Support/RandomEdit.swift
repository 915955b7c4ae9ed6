import JSON
import Postgres
import Simulation
import TestSupport

/// What people do to a row or an issue without thinking.
enum RandomEdit {
  /// A statement that edits a row.
  static func ofRow(_ id: Int64, _ random: inout SeededGenerator) -> SQL {
    let text = "row \(UInt16.random(in: 0...UInt16.max, using: &random))"
    let values: SQL =
      switch Int.random(in: 0..<7, using: &random) {
      case 0: "notes = \(text)"
      case 1: "technical_debt = \(text)"
      case 2: "workflows = \(workflows(&random))::varchar[]"
      case 3: "audited_by = \(text)"
      case 4: "layer_number = \(Int.random(in: 1...9, using: &random))"
      case 5: "has_technical_debt = \(random.happens(oneIn: 2))"
      default:
        "audit_status = \(random.pick(["NOT_STARTED", "IN_PROGRESS", "COMPLETED"]))"
      }
    return "update public.file_audit set \(values) where id = \(id)"
  }

  /// Edits an issue, or moves it along some way out of its status.
  static func ofIssue(
    _ key: String, in jira: JiraSide, _ random: inout SeededGenerator
  ) throws {
    let text = "issue \(UInt16.random(in: 0...UInt16.max, using: &random))"
    switch Int.random(in: 0..<6, using: &random) {
    case 0: try jira.edit(key, ["Notes": adf(text)])
    case 1: try jira.edit(key, ["Technical debt": adf(text)])
    case 2:
      try jira.edit(
        key, ["Workflows": .array(workflows(&random).map { ["value": .string($0)] })])
    case 3: try jira.edit(key, ["Audited by": .string(text)])
    default:
      let ways = try jira.ask("GET", "/issue/\(key)/transitions")["transitions"]?.array ?? []
      guard let way = ways.randomElement(using: &random)?["name"]?.string else { return }
      // A worker may have moved it since.
      try? jira.move(key, along: [way])
    }
  }

  private static func workflows(_ random: inout SeededGenerator) -> [String] {
    ["WF1", "WF2", "WF3", "WF5"].filter { _ in random.happens(oneIn: 2) }
  }
}
