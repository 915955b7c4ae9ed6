import ArgumentParser
import JSON
import Postgres

/// `jira-sync schedule set`.
struct ScheduleSet: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Sets a schedule; saying the same again changes nothing.",
    discussion: """
      Examples:
        jira-sync schedule set poll '*/5 * * * *'
        jira-sync schedule set report '0 7 * * mon-fri'
        jira-sync schedule set nightly '0 3 * * *' --kind full_sync
      """)

  @Argument(help: "poll, sweep, full_sync, report, or a name of your own with --kind.")
  var name: String

  @Argument(
    help: "Five cron fields in UTC, or a period such as '30 seconds', '5 minutes', '1 day'.")
  var cron: String

  @Option(help: ArgumentHelp("What is done: poll, sweep, full_sync or report.", valueName: "kind"))
  var kind: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "schedule") { session in
      let said: String
      do {
        said = try await session.query(
          "select jira_sync.schedule(\(name), \(cron), kind => \(kind)) as said",
          doing: "setting the schedule \(name.onOneLine)"
        ).one.get("said")
      } catch let error as PostgresError where error.sqlState == "23514" {
        throw CommandFailure(.usage, error.inWords)
      }
      if output.json {
        let schedules = try await ScheduleList.schedules(session)
        StandardStream.output.write(
          schedules.first { $0.text("name") == name }?.json.printable ?? JSON.null.text)
      } else {
        StandardStream.output.write(said)
      }
    }
  }
}
