import ArgumentParser
import Postgres

/// `jira-sync jobs pause`.
struct JobsPause: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Nothing more is claimed by any worker until resume; what runs is finished.")

  @Argument(help: "Why; status and workers show it.")
  var reason = "paused by hand"

  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "jobs") { session in
      try await session.query("select jira_sync.pause(\(reason))", doing: "pausing the queue")
      StandardStream.output.write("paused: \(reason.onOneLine). Resume with: jira-sync jobs resume")
    }
  }
}
