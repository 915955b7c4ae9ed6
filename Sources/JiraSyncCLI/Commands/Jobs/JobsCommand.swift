import ArgumentParser

/// `jira-sync jobs`.
struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "Shows the queue, and retries, cancels, pauses and resumes.",
    discussion: """
      Examples:
        jira-sync jobs list
        jira-sync jobs list --state dead
        jira-sync jobs show 42
        jira-sync jobs retry --all
        jira-sync jobs cancel 42
        jira-sync jobs pause 'JIRA is being upgraded'
        jira-sync jobs resume
      """,
    subcommands: [
      JobsList.self, JobsShow.self, JobsRetry.self, JobsCancel.self, JobsPause.self,
      JobsResume.self,
    ], defaultSubcommand: JobsList.self)
}
