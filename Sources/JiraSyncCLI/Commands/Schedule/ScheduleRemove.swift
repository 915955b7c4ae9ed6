import ArgumentParser
import Postgres

/// `jira-sync schedule remove`.
struct ScheduleRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Ends a schedule, for good: no default brings it back.",
    discussion: """
      Examples:
        jira-sync schedule remove full_sync
      """)

  @Argument(help: "The schedule's name.")
  var name: String

  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "schedule") { session in
      let removed: Bool = try await session.query(
        "select jira_sync.unschedule(\(name)) as removed", doing: "removing the schedule"
      ).one.get("removed")
      guard removed else {
        throw CommandFailure(
          .failed, "there is no schedule '\(name.onOneLine)'. See: jira-sync schedule list")
      }
      StandardStream.output.write("\(name) is not scheduled any more")
    }
  }
}
