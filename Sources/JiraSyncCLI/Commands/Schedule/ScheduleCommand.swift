import ArgumentParser

/// `jira-sync schedule`.
struct ScheduleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "Shows and sets when periodic work is done.",
    discussion: """
      pg_cron keeps a schedule where this database has the extension, else the workers do, each tick once for the whole \
      fleet. Times are UTC. Without any configuration JIRA is polled every minute and swept daily.

      Examples:
        jira-sync schedule list
        jira-sync schedule set poll '* * * * *'        every minute
        jira-sync schedule set poll '30 seconds'
        jira-sync schedule set full_sync '0 3 * * *'   every night at three
        jira-sync schedule remove full_sync
      """,
    subcommands: [ScheduleList.self, ScheduleSet.self, ScheduleRemove.self],
    defaultSubcommand: ScheduleList.self)
}
