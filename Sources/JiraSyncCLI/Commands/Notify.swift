import ArgumentParser

/// `jira-sync notify`.
struct Notify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify",
    abstract: "Tries the channels by which people hear of things.",
    subcommands: [NotifyTest.self])
}
