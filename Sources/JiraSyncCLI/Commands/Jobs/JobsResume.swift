import ArgumentParser
import Postgres

/// `jira-sync jobs resume`.
struct JobsResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Ends a pause.")

  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "jobs") { session in
      try await session.query("select jira_sync.resume()", doing: "resuming the queue")
      StandardStream.output.write("the queue goes on")
    }
  }
}
