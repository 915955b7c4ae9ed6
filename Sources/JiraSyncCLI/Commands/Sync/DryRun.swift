import HTTP
import JSON
import Jira
import Mapping
import Postgres
import SyncEngine

/// `jira-sync sync --dry-run`: what would be written, field by field.
struct DryRun {
  let session: QueueSession
  let rows: [FoundRow]
  let kind: String
  let tickets: ExistingTickets?
  let isBulk: Bool
  let asJSON: Bool

  func run() async throws {
    let previews = try await interruptible(saying: "stopped; nothing was written") {
      try await withSite(session) { site, database in
        let preview = Preview(
          site: site, database: database, kind: kind, existingTickets: tickets)
        let counter = ProgressCounter(Progress(total: rows.count, unit: "rows"))
        let previews = try await preview.rows(rows.map(\.key)) { await counter.show($0) }
        await counter.finish()
        return previews
      }
    }
    let shown = isBulk ? previews.filter { !Self.isQuiet($0) } : previews
    if asJSON {
      let json: JSON = [
        "dry_run": true, "summary": Self.summary(previews),
        "rows": .array(shown.map { $0.json(withUnchanged: !isBulk) }),
      ]
      StandardStream.output.write(json)
      return
    }
    let terminal = Terminal(.output)
    for preview in shown {
      StandardStream.output.write(PreviewText(preview: preview, terminal: terminal).text)
    }
    StandardStream.output.write(Self.summaryText(previews))
  }

  /// Whether there is nothing to say of a row.
  private static func isQuiet(_ preview: RowPreview) -> Bool {
    [.unchanged, .notWanted, .ended].contains(preview.action)
      && !preview.fields.contains { $0.kind == .problem || $0.kind == .conflict }
  }

  static func summary(_ previews: [RowPreview]) -> JSON {
    var members: [String: JSON] = ["rows": .integer(previews.count)]
    for action in RowPreview.Action.allCases {
      members[action.rawValue] = .integer(previews.count { $0.action == action })
    }
    members["conflicts"] = .integer(
      previews.reduce(0) { $0 + $1.fields.count { $0.kind == .conflict } })
    members["problems"] = .integer(
      previews.reduce(0) { $0 + $1.fields.count { $0.kind == .problem } })
    return .object(members)
  }

  /// One line for all rows: how many are created, updated, unchanged.
  static func summaryText(_ previews: [RowPreview]) -> String {
    func count(_ action: RowPreview.Action) -> Int { previews.count { $0.action == action } }
    var parts = [
      "\(count(.create)) to create", "\(count(.update)) to update",
      "\(count(.unchanged) + count(.notWanted) + count(.ended)) unchanged",
    ]
    for (action, words) in [
      (RowPreview.Action.adopt, "to link with a ticket they name"), (.skip, "skipped"),
      (.waits, "waiting for their tickets to be corrected"),
      (.creating, "being created"), (.conflict, "waiting for a person"),
      (.missing, "without their issue"), (.unread, "whose issue cannot be read"),
    ] where count(action) > 0 {
      parts.append("\(count(action)) \(words)")
    }
    let troubled = previews.count { $0.fields.contains { $0.kind == .problem } }
    if troubled > 0 { parts.append("\(troubled) with fields that cannot be synced") }
    return "\(previews.count) rows: \(parts.joined(separator: ", ")). Nothing was written."
  }
}

/// Counts from several tasks.
private actor ProgressCounter {
  private var progress: Progress
  init(_ progress: Progress) { self.progress = progress }
  func show(_ done: Int) { progress.show(done) }
  func finish() { progress.finish() }
}
