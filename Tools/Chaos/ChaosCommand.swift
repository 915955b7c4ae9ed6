import ArgumentParser

/// `Chaos`: breaks the queue on purpose and counts what it cost.
@main
struct ChaosCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Chaos",
    abstract: "Breaks the queue on purpose and counts what it cost.",
    subcommands: [
      RunCommand.self, ModelCommand.self, ExactnessCommand.self, ChaosWorkerCommand.self,
      CreationCommand.self, CreationWorkerCommand.self, PromotionCommand.self,
    ])
}

/// What was asked for cannot be done as it was asked.
struct UsageError: Error, CustomStringConvertible {
  let message: String
  var description: String { message }
}
