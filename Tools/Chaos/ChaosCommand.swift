import ArgumentParser

/// `jira-sync-chaos`: breaks the queue on purpose and counts what it cost.
@main
struct ChaosCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jira-sync-chaos",
    abstract: "Breaks the queue on purpose and counts what it cost.",
    subcommands: [
      RunCommand.self, ModelCommand.self, ExactnessCommand.self, ChaosWorkerCommand.self,
      CreationCommand.self, CreationWorkerCommand.self, PromotionCommand.self,
    ])
}
