import ArgumentParser
import JSON
import JobQueue
import Postgres

/// `jira-sync history`.
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract:
      "Shows every change of a row and its issue: which side was written, who did it, and why.",
    discussion: """
      ROW is a file number, a file path, or the key of an issue; a deleted row has a history, too.

      Examples:
        jira-sync history 0042
        jira-sync history src/models/api_models.py --json
      """)

  @Argument(help: ArgumentHelp("A file number or a file path.", valueName: "row"))
  var row: String

  @Option(help: ArgumentHelp("How many of the newest at the most.", valueName: "n"))
  var limit = 100

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit is \(limit); it takes 1 or more") }
  }

  func run() async throws {
    let changes = try await withQueue(common, "history") { session in
      let found = try await RowFinder(session: session).findOne(row)
      return try await Self.changes(of: found.key, limit: limit, session)
    }
    output.write(changes, nothing: "nothing was written for this row yet") { _ in
      Self.table(changes)
    }
  }

  /// What was written and what was disputed, the oldest first.
  static func changes(
    of row: RowKey, limit: Int, _ session: QueueSession
  ) async throws -> [Record] {
    try await session.records(
      """
      select \(.instant("e.at")) as at, \(.fromNow("e.at")) as _at,
        \(row.table)::text as table_name, \(row.id)::text as row_id, e.what, e.side, e.field, e.old_value,
        e.new_value, e.issue_key, e.cause, e.job_id, coalesce(w.name, e.by) as by
      from (
        select * from (
          select c.at, 'written' as what, c.side, c.field, c.old_value, c.new_value, c.issue_key, c.cause,
            c.job_id, c.worker, null::text as by
          from jira_sync.changes as c where c.table_name = \(row.table) and c.row_id = \(row.id)
          union all
          select k.at, 'conflict', k.winner, k.field, k.row_value, k.issue_value, k.issue_key,
            concat_ws(', ', k.reason, 'policy ' || k.policy), k.job_id, null, null
          from jira_sync.conflicts as k where k.table_name = \(row.table) and k.row_id = \(row.id)
          union all
          select k.resolved_at, 'decided', k.resolution, k.field, k.row_value, k.issue_value, k.issue_key,
            null, k.job_id, null, k.resolved_by
          from jira_sync.conflicts as k
          where k.table_name = \(row.table) and k.row_id = \(row.id) and k.resolved_at is not null
        ) as a order by a.at desc limit \(limit)::bigint
      ) as e
      left join jira_sync.workers as w on w.incarnation = e.worker
      order by e.at
      """, doing: "reading the history of the row")
  }

  static func table(_ changes: [Record]) -> TextTable {
    var table = TextTable([
      .init("WHEN"), .init("WHAT"), .init("FIELD"), .init("FROM"), .init("TO"), .init("WHY"),
    ])
    for change in changes {
      let isConflict = change.text("what") != "written"
      let side = change.text("side") ?? ""
      let what =
        switch change.text("what") {
        case "written": side == "jira" ? "→ JIRA" : "→ row"
        case "conflict": side == "open" ? "conflict" : "\(side) won"
        default: "decided: \(side)"
        }
      let why = [
        change.text("cause"), change.text("by").map { "by \($0)" },
        change.text("job_id").map { "job \($0)" },
      ].compactMap(\.self).joined(separator: ", ")
      table.rows.append([
        .init(Span.relative(change.seconds("_at"))), .init(what, isConflict ? .yellow : nil),
        .init(change.text("field")), .init(PreviewText.value(change.members["old_value"] ?? .null)),
        .init(PreviewText.value(change.members["new_value"] ?? .null)), .init(why),
      ])
    }
    return table
  }
}
