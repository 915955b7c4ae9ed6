import JSON
import Planning

/// A conflict that waits for a person, or that a person decided and no run has carried out yet.
struct LiveConflict: Sendable, Hashable {
  let id: Int64
  let field: String
  /// The row's value that was recorded.
  let row: JSON
  /// The issue's value that was recorded.
  let issue: JSON
  /// What a person decided.
  let choice: ConflictResolution.Choice?

  init?(_ json: JSON) {
    guard let id = json["id"]?.integer, let field = json["field"]?.string else { return nil }
    self.id = Int64(id)
    self.field = field
    row = json["row"] ?? .null
    issue = json["issue"] ?? .null
    choice =
      switch json["resolution"]?.string {
      case "row": .row
      case "jira": .issue
      case "value": .value(json["value"] ?? .null)
      default: nil
      }
  }

  /// The decision, for the plan.
  var resolution: ConflictResolution? {
    choice.map { ConflictResolution(conflict: id, choice: $0, row: row, issue: issue) }
  }
}
