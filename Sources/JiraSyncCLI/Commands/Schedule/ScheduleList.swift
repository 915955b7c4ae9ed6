import ArgumentParser
import Postgres

/// `jira-sync schedule list`.
struct ScheduleList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the schedules: last and next run, who keeps them, missed ticks.")

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    let schedules = try await withQueue(common, "schedule") { session in
      try await Self.schedules(session)
    }
    output.write(
      schedules, nothing: "no schedules; set one: jira-sync schedule set poll '1 minute'"
    ) {
      _ in Self.table(schedules)
    }
  }

  /// The schedules that are on.
  static func schedules(_ session: QueueSession) async throws -> [Record] {
    try await session.records(
      """
      select s.name, s.kind, s.cron, s.scheduler, s.scheduler_reason, s.set_by, s.missed,
        \(.instant("s.last_run")) as last_run, \(.fromNow("s.last_run")) as _last_run,
        \(.instant("s.next_run")) as next_run, \(.fromNow("s.next_run")) as _next_run,
        s.last_job_id, s.last_outcome, s.args
      from jira_sync.schedule_list as s order by s.name
      """, doing: "listing the schedules")
  }

  static func table(_ schedules: [Record]) -> TextTable {
    var table = TextTable([
      .init("NAME"), .init("WHEN (UTC)"), .init("LAST"), .init("NEXT"),
      .init("MISSED", isNumeric: true),
      .init("KEPT BY"),
    ])
    for schedule in schedules {
      let missed = schedule.count("missed")
      let scheduler = schedule.text("scheduler") == "pg_cron" ? "pg_cron" : "the workers"
      table.rows.append([
        .init(schedule.text("name")), .init(schedule.text("cron")),
        .init(Span.relative(schedule.seconds("_last_run")) ?? "never"),
        .init(Span.relative(schedule.seconds("_next_run"))),
        .init("\(missed)", missed > 0 ? .yellow : nil),
        .init(scheduler + (schedule.text("scheduler_reason").map { ": \($0)" } ?? "")),
      ])
    }
    return table
  }
}
