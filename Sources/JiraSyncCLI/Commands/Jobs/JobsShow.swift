import ArgumentParser
import JSON
import Postgres
import SyncEngine

/// `jira-sync jobs show`.
struct JobsShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a job and every attempt, also of one that has ended.")

  @Argument(help: "The job's id.")
  var job: Int64

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    let (jobs, attempts) = try await withQueue(common, "jobs") { session in
      (try await self.current(session), try await self.attempts(session))
    }
    guard !jobs.isEmpty || !attempts.isEmpty else {
      throw CommandFailure(
        .failed, "there is no job \(job), and none is remembered. See: jira-sync jobs list")
    }
    if output.json {
      let json: JSON = [
        "job": jobs.first?.json ?? .null, "attempts": .array(attempts.map(\.json)),
      ]
      StandardStream.output.write(json)
      return
    }
    if let found = jobs.first {
      for (title, name) in [
        ("job", "id"), ("kind", "kind"), ("row", "label"), ("state", "state"),
        ("priority", "priority"), ("due", "run_at"), ("attempt", "attempt"), ("of", "max_attempts"),
        ("crashes", "crashes"), ("args", "args"), ("worker", "worker"), ("enqueued", "created_at"),
        ("last error", "last_error"),
      ] {
        if let text = found.text(name) {
          StandardStream.output.write("\(title.padded(to: 11))\(text.onOneLine)")
        }
      }
    } else {
      StandardStream.output.write("job \(job) has ended")
    }
    guard !attempts.isEmpty else { return }
    var table = TextTable([
      .init("ATTEMPT", isNumeric: true), .init("OUTCOME"), .init("ENDED"), .init("TOOK"),
      .init("ERROR"),
    ])
    for attempt in attempts {
      table.rows.append([
        .init(attempt.text("attempt")), .init(attempt.text("outcome")),
        .init(attempt.text("finished_at")), .init(attempt.seconds("_took").map(Span.text)),
        .init(attempt.text("error")),
      ])
    }
    StandardStream.output.write("\n" + table.text(for: Terminal(.output)))
  }

  private func current(_ session: QueueSession) async throws -> [Record] {
    try await session.records(
      """
      select \(JobsList.columns) from jira_sync.jobs as j
      left join public.file_audit as f on \(AuditTable.isRow(of: "j"))
      left join jira_sync.workers as w on w.incarnation = j.worker
      where j.id = \(job)::bigint
      """, doing: "reading job \(job)")
  }

  private func attempts(_ session: QueueSession) async throws -> [Record] {
    try await session.records(
      """
      select h.attempt, h.outcome, h.error, \(.instant("h.enqueued_at")) as enqueued_at,
        \(.instant("h.started_at")) as started_at, \(.instant("h.finished_at")) as finished_at,
        round(extract(epoch from h.finished_at - h.started_at), 3) as _took, h.merged
      from jira_sync.job_history as h where h.id = \(job)::bigint order by h.finished_at
      """, doing: "reading the attempts of job \(job)")
  }
}
