import FoundationEssentials
import Postgres

/// The throwaway Postgres that tests work on.
public enum TestCluster {
  /// A superuser's connection URI, from `JIRA_SYNC_TEST_DATABASE_URL`.
  public static let url = ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_DATABASE_URL"]

  /// Whether there is one.
  public static var isAvailable: Bool { url?.isEmpty == false }

  /// Connects as the superuser.
  ///
  /// - Parameter database: the database's name; nil is the one of the URI.
  /// - Returns: an open connection.
  /// - Throws: `Unavailable`, or `PostgresError`.
  public static func connect(to database: String? = nil) async throws -> PostgresConnection {
    try await PostgresConnection.connect(
      PostgresConfiguration(
        conninfo: try conninfo(database: database), connectTimeout: TestCluster.patience))
  }

  /// How long a test waits for a connection: a loaded machine is no failure.
  static let patience = Duration.seconds(60)

  /// The superuser's connection string, for another database or role.
  static func conninfo(database: String? = nil, user: String? = nil) throws -> String {
    guard let url, !url.isEmpty else { throw Unavailable() }
    guard var components = URLComponents(string: url) else { throw Unavailable() }
    if let database { components.path = "/" + database }
    if let user {
      components.user = user
      components.password = nil
    }
    return components.string ?? url
  }

  /// No cluster was given, or its URI cannot be read.
  public struct Unavailable: Error, CustomStringConvertible {
    /// What happened, without values.
    public var description: String {
      "JIRA_SYNC_TEST_DATABASE_URL must be a superuser's URI of a throwaway cluster: "
        + "postgresql://user@127.0.0.1:port/postgres"
    }
  }
}
