import Postgres

/// A database that belongs to one test.
public struct TestDatabase: Sendable {
  /// For the owner: no superuser, may create roles and databases, sees all rows, as Supabase's `postgres`.
  public let conninfo: String
  /// For a superuser.
  public let superuserConninfo: String
  /// The database's name.
  public let name: String

  /// Connects as the owner; names without a schema are those of `public`, as in psql.
  public func connect() async throws -> PostgresConnection {
    try await Self.withPublicNames(PostgresConnection.connect(configuration))
  }

  /// Connects as a superuser, to look on or to disturb.
  public func connectAsSuperuser() async throws -> PostgresConnection {
    try await Self.withPublicNames(
      PostgresConnection.connect(
        PostgresConfiguration(
          conninfo: superuserConninfo, connectTimeout: TestCluster.patience)))
  }

  private static func withPublicNames(
    _ connection: PostgresConnection
  ) async throws -> PostgresConnection {
    _ = try await connection.query("set search_path = public", doing: "connecting as psql does")
    return connection
  }

  /// How to connect, as a role or as the owner.
  public func configuration(as role: String?) throws -> PostgresConfiguration {
    guard let role else { return try configuration }
    return try PostgresConfiguration(
      conninfo: superuserConninfo + (superuserConninfo.contains("?") ? "&" : "?")
        + "options=-c%20role%3D\(role)", applicationName: name,
      connectTimeout: TestCluster.patience)
  }

  /// How to connect as the owner.
  public var configuration: PostgresConfiguration {
    get throws {
      try PostgresConfiguration(
        conninfo: conninfo, applicationName: name, connectTimeout: TestCluster.patience)
    }
  }
}
