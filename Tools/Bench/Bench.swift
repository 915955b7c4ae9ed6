import ArgumentParser

/// The command `Bench`: what `scripts/bench` cannot measure with pgbench.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Bench",
    abstract: "Measures a running jira-sync; scripts/bench starts what it needs.",
    discussion: "Prints lines of a name and a number. Nothing here asserts a time.",
    subcommands: [
      WakeUps.self, Updates.self, NoopWorker.self, Echoes.self, TwoPeople.self,
      PlanTime.self, Histories.self, Calls.self, SandboxCommand.self,
    ])
}
