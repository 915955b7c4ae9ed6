import ArgumentParser
import Postgres

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
