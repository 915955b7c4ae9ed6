import JSON
import SyncEngine

/// What would happen to one row, for people.
struct PreviewText {
  let preview: RowPreview
  let terminal: Terminal
  /// Whether fields are shown that nothing happens to.
  var withUnchanged = false

  /// A line for the row, and a table of its fields.
  var text: String {
    let name = preview.fileNumber.map { "\($0) \(preview.label)" } ?? preview.label
    let issue = preview.issueKey.map { " (\($0))" } ?? ""
    let words =
      preview.action == .unchanged && preview.fields.contains { $0.kind == .problem }
      ? "cannot be synced" : Self.words(preview.action)
    var head = terminal.paint("\(name.onOneLine)\(issue): \(words)", .bold)
    if let note = preview.note { head += "\n  \(note.onOneLine)" }
    let fields = preview.fields.filter { withUnchanged || $0.isChange }
    guard !fields.isEmpty else { return head }
    var table = TextTable([
      .init("  FIELD"), .init("BASE"), .init("ROW"), .init("ISSUE"), .init("OUTCOME"),
    ])
    for field in fields {
      table.rows.append([
        .init("  \(field.field)"), .init(Self.value(field.base)), .init(Self.value(field.row)),
        .init(Self.value(field.issue)), .init(Self.outcome(field), Self.color(field.kind)),
      ])
    }
    return head + "\n" + table.text(for: terminal)
  }

  /// A value, short enough for a table.
  static func value(_ value: JSON) -> String {
    switch value {
    case .null: "–"
    case .string(let text): text.onOneLine.cut(to: 40)
    default: value.text.onOneLine.cut(to: 40)
    }
  }

  static func outcome(_ field: FieldOutcome) -> String {
    let words =
      switch field.kind {
      case .nothing: "in sync"
      case .agree: "agreed"
      case .writeJira: "→ JIRA"
      case .writeRow: "→ row"
      case .conflict: "conflict"
      case .problem: "cannot be synced"
      case .otherDirection: "differs, not of this direction"
      case .later: "→ JIRA, by the next sync"
      }
    return field.reason.map { "\(words) (\($0))" } ?? words
  }

  private static func color(_ kind: FieldOutcome.Kind) -> Terminal.Color? {
    switch kind {
    case .writeJira, .writeRow, .later: .green
    case .conflict: .yellow
    case .problem: .red
    case .nothing, .agree, .otherDirection: nil
    }
  }

  static func words(_ action: RowPreview.Action) -> String {
    switch action {
    case .create: "an issue is made"
    case .adopt: "linked with a ticket it names"
    case .skip: "skipped"
    case .waits: "waits for its tickets to be corrected"
    case .update: "updated"
    case .unchanged: "in sync"
    case .conflict: "waits for a person"
    case .notWanted: "no technical debt and no issue"
    case .ended: "not synced any more"
    case .creating: "its issue is being created"
    case .missing: "its issue was not found"
    case .unread: "its issue cannot be read"
    }
  }
}
