import ArgumentParser
import Postgres
import SyncEngine

/// `jira-sync jobs list`.
struct JobsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists what waits, runs or is dead, the most urgent first.")

  @Option(help: "Only what is in this state.")
  var state: JobState?

  @Option(help: "Only what is of this kind.")
  var kind: JobKind?

  @Option(help: ArgumentHelp("How many at the most.", valueName: "n"))
  var limit = 50

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit is \(limit); it takes 1 or more") }
  }

  func run() async throws {
    let (jobs, total) = try await withQueue(common, "jobs") { session in
      (try await self.jobs(session), try await self.total(session))
    }
    output.write(jobs, nothing: "no jobs") { _ in Self.table(jobs) }
    if !output.json, total > jobs.count {
      StandardStream.error.write("… \(total - jobs.count) more; --limit shows them")
    }
  }

  private var condition: SQL {
    """
    (\(state?.rawValue)::text is null or j.state = \(state?.rawValue)::text)
      and (\(kind?.rawValue)::text is null or j.kind = \(kind?.rawValue)::text)
    """
  }

  private func total(_ session: QueueSession) async throws -> Int {
    try await session.query(
      "select count(*) as total from jira_sync.jobs as j where \(condition)", doing: "counting jobs"
    ).one.get("total")
  }

  private func jobs(_ session: QueueSession) async throws -> [Record] {
    try await session.records(
      """
      select \(Self.columns)
      from (
        select * from jira_sync.jobs as j where \(condition)
        order by case j.state when 'running' then 0 when 'ready' then 1 else 2 end,
          j.priority desc, j.run_at, j.id
        limit \(limit)::bigint
      ) as j
      left join public.file_audit as f on \(AuditTable.isRow(of: "j"))
      left join jira_sync.workers as w on w.incarnation = j.worker
      order by case j.state when 'running' then 0 when 'ready' then 1 else 2 end,
        j.priority desc, j.run_at, j.id
      """, doing: "listing jobs")
  }

  /// What is told of a job `j`, its row `f` and its worker `w`.
  static let columns: SQL = """
    j.id, j.kind, j.table_name, j.row_id, f.file_path as label, j.key, j.state, j.priority,
    \(.instant("j.run_at")) as run_at, \(.fromNow("j.run_at")) as _run_at, j.attempt, j.max_attempts,
    j.crashes, j.args, w.name as worker, j.last_error, \(.instant("j.created_at")) as created_at,
    \(.instant("j.started_at")) as started_at, \(.fromNow("j.started_at")) as _started_at,
    j.cancel_requested
    """

  static func table(_ jobs: [Record]) -> TextTable {
    var table = TextTable([
      .init("ID", isNumeric: true), .init("KIND"), .init("STATE"), .init("DUE"),
      .init("TRIED", isNumeric: true), .init("ROW"), .init("LAST ERROR"),
    ])
    for job in jobs {
      let state = job.text("state") ?? ""
      let due =
        switch state {
        case "running": "since " + (Span.text(job.seconds("_started_at") ?? 0))
        case "dead": ""
        default: Span.relative(job.seconds("_run_at")) ?? ""
        }
      table.rows.append([
        .init(job.text("id")), .init(job.text("kind")),
        .init(state, state == "dead" ? .red : state == "running" ? .green : nil), .init(due),
        .init(job.text("attempt")),
        .init(job.text("label") ?? job.text("row_id").map { "id:\($0)" }),
        .init(job.text("last_error")),
      ])
    }
    return table
  }
}

/// The kinds of jobs that a listing can ask for.
enum JobKind: String, CaseIterable, ExpressibleByArgument {
  case push, pull, sync, poll
  case fullSync = "full_sync"
  case sweep, report, notify, noop
}

/// The states of a job that a listing can ask for.
enum JobState: String, CaseIterable, ExpressibleByArgument {
  case ready, running, dead
}
