import ArgumentParser

/// `jira-sync conflicts`.
struct ConflictsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conflicts",
    abstract: "Shows fields that both sides changed, and decides those that wait for a person.",
    discussion: """
      Examples:
        jira-sync conflicts list
        jira-sync conflicts list --all
        jira-sync conflicts resolve 7 --row            the row's value goes to JIRA
        jira-sync conflicts resolve 7 --jira           JIRA's value goes to the row
        jira-sync conflicts resolve 7 --value 'Split this file.'
      """,
    subcommands: [ConflictsList.self, ConflictsResolve.self], defaultSubcommand: ConflictsList.self)
}
