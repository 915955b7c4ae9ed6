import ArgumentParser
import JSON
import JobQueue
import Postgres
import SyncEngine

/// `jira-sync conflicts list`.
struct ConflictsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists conflicts that wait for a person; with --all also those that are settled.")

  @Flag(help: "Also those that were settled, by a policy or a person.")
  var all = false

  @Option(
    help: ArgumentHelp("Only those of a row: a file number or a file path.", valueName: "row"))
  var row: String?

  @Option(help: ArgumentHelp("How many of the newest at the most.", valueName: "n"))
  var limit = 100

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit is \(limit); it takes 1 or more") }
  }

  func run() async throws {
    let conflicts = try await withQueue(common, "conflicts") { session in
      let key: RowKey? =
        if let row { try await RowFinder(session: session).findOne(row).key } else { nil }
      return try await self.conflicts(of: key, session)
    }
    output.write(conflicts, nothing: all ? "no conflicts" : "no conflicts wait for a person") { _ in
      Self.table(conflicts)
    }
  }

  private func conflicts(of row: RowKey?, _ session: QueueSession) async throws -> [Record] {
    try await session.records(
      """
      select k.id, \(.instant("k.at")) as at, \(.fromNow("k.at")) as _at, k.table_name, k.row_id,
        f.file_path as label,
        k.issue_key, k.field, k.columns, k.base, k.row_value, k.issue_value, k.policy, k.winner, k.reason,
        k.resolution, k.resolution_value, k.resolved_by, \(.instant("k.resolved_at")) as resolved_at,
        \(.instant("k.applied_at")) as applied_at, k.job_id
      from jira_sync.conflicts as k
      left join public.file_audit as f on \(AuditTable.isRow(of: "k"))
      where (\(all)::boolean or (k.winner = 'open' and k.resolved_at is null))
        and (\(row?.id)::text is null or k.table_name = \(row?.table)::text and k.row_id = \(row?.id)::text)
      order by k.id desc limit \(limit)::bigint
      """, doing: "listing conflicts")
  }

  static func table(_ conflicts: [Record]) -> TextTable {
    var table = TextTable([
      .init("ID", isNumeric: true), .init("WHEN"), .init("ROW"), .init("ISSUE"), .init("FIELD"),
      .init("ROW SAYS"), .init("JIRA SAYS"), .init("STATE"),
    ])
    for conflict in conflicts {
      let winner = conflict.text("winner") ?? ""
      let state =
        if let resolution = conflict.text("resolution") {
          "decided: \(resolution)" + (conflict.text("resolved_by").map { " by \($0)" } ?? "")
        } else if winner == "open" { "waits" } else { "\(winner) won" }
      table.rows.append([
        .init(conflict.text("id")), .init(Span.relative(conflict.seconds("_at"))),
        .init(conflict.text("label") ?? conflict.text("row_id")),
        .init(conflict.text("issue_key")),
        .init(conflict.text("field")),
        .init(PreviewText.value(conflict.members["row_value"] ?? .null)),
        .init(PreviewText.value(conflict.members["issue_value"] ?? .null)),
        .init(state, state == "waits" ? .yellow : nil),
      ])
    }
    return table
  }
}
