import Testing

@testable import Postgres

@Suite struct ServiceFileTests {
  private let text = """
    # who is where
    [prod]
    host=db.example.com
      port = 5433
    host=second.example.com
    [local]
    host=/var/run/postgresql
    sslmode=prefer

    [prod]
    host=third.example.com
    """

  @Test func `the first word of a service counts`() throws {
    let services = try ServiceFile(text).services
    #expect(services["prod"] == ["host": "db.example.com", "port": "5433"])
    #expect(services["local"] == ["host": "/var/run/postgresql", "sslmode": "prefer"])
  }

  @Test(arguments: ["[a]\nhost", "[a]\nldap://ldap.example.com:389/dc=x?uniqueMember?one?(cn=a)"])
  func `a line that is no parameter is named`(text: String) {
    let error = #expect(throws: PostgresError.self) { try ServiceFile(text) }
    #expect(error?.kind == .configuration)
    #expect(error?.message.contains("line 2") == true)
  }

  /// Catches a service that is left to libpq: its host would be called without verified TLS, and its name be looked up on the
  /// thread of all connections.
  @Test func `a service that is nowhere is refused at once`() {
    let error = #expect(throws: PostgresError.self) {
      try PostgresConfiguration(conninfo: "service=jira_sync_no_such_service")
    }
    #expect(error?.kind == .configuration)
    #expect(error?.hint?.contains("[jira_sync_no_such_service]") == true)
  }

  @Test func `what a service says is as if the string said it`() throws {
    let given = try ServiceFile(text).services["prod"]?.filter { $0.key == "host" } ?? [:]
    let configuration = PostgresConfiguration(
      given: given, defaults: [:], environment: PostgresConfiguration.Environment(),
      applicationName: "test", connectTimeout: .seconds(5))
    #expect(configuration.parameters["sslmode"] == "verify-full")
    #expect(configuration.hosts.map(\.nameToResolve) == ["db.example.com"])
  }
}
