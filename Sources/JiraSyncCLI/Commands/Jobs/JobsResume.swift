import ArgumentParser
import Postgres

/// `jira-sync jobs resume`.
struct JobsResume: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Ends a pause, or the waits that JIRA has asked for.",
    discussion: """
      With --limits, calls to JIRA are tried at once, and so are the jobs that wait for them. JIRA may limit them again.
      """)

  @Flag(help: "Also end the waits that JIRA has asked for.") var limits = false

  @OptionGroup(title: "Common options") var common: CommonOptions

  func run() async throws {
    try await withQueue(common, "jobs") { session in
      try await session.query("select jira_sync.resume(\(limits))", doing: "resuming the queue")
      StandardStream.output.write(
        limits ? "the queue goes on, and JIRA is called again" : "the queue goes on")
    }
  }
}
