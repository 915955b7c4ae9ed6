import ArgumentParser
import Postgres

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

/// Something broke, so there is no figure.
struct BenchError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Where the database is.
struct DatabaseOptions: ParsableArguments {
  @Option(help: "The connection string of a database that may be changed in any way.")
  var database: String

  /// Opens a connection.
  func connect() async throws -> PostgresConnection {
    try await PostgresConnection.connect(
      PostgresConfiguration(conninfo: database, applicationName: "Bench"))
  }
}
