import Testing

@testable import Postgres

@Suite struct ConfigurationTests {
  private func parameters(
    _ conninfo: String, environment: PostgresConfiguration.Environment = .init(),
    defaults: [String: String] = [:]
  ) throws -> [String: String] {
    PostgresConfiguration(
      given: try PostgresConfiguration.parse(conninfo), defaults: defaults,
      environment: environment, applicationName: "jira-sync", connectTimeout: .seconds(5)
    ).parameters
  }

  // MARK: TLS

  @Test(arguments: [
    "postgresql://me@db.example.com/audit", "host=db.example.com", "hostaddr=192.0.2.1",
    "host=localhost,db.example.com", "host=127.0.0.1.example.com", "host=10.0.0.1",
    // The address decides, whatever name stands beside it.
    "host=localhost hostaddr=192.0.2.2", "host=127.0.0.1 hostaddr=192.0.2.2",
    "host=/run/postgresql hostaddr=192.0.2.2",
    "host=localhost,localhost hostaddr=127.0.0.1,192.0.2.2",
    "hostaddr=::ffff:192.0.2.2", "host=127.+1.0.1",
  ])
  func `tls to another machine is verified`(conninfo: String) throws {
    #expect(try parameters(conninfo)["sslmode"] == "verify-full")
  }

  @Test(arguments: [
    "host=localhost", "postgresql://127.0.0.1/audit", "host=127.8.8.8", "host=::1",
    "host=/run/postgresql", "dbname=audit", "host=@abstract", "postgresql://[::1]:5433/audit",
    "host=localhost,/tmp", "host=db.example.com hostaddr=127.0.0.1", "hostaddr=::1",
    "hostaddr=::ffff:127.0.0.1", "host=localhost hostaddr=127.0.0.9",
  ])
  func `a database on this machine needs none`(conninfo: String) throws {
    #expect(try parameters(conninfo)["sslmode"] == nil)
  }

  /// Caught: a name that is looked up, and the address never looked at.
  @Test(arguments: [
    ("host=localhost", "192.0.2.2", true), ("host=localhost", "::1", false),
    ("host=db.example.com", "127.0.0.1", false), ("host=db.example.com", "192.0.2.2", true),
    ("host=db.example.com,localhost", "127.0.0.1", false),
  ])
  func `each address of a name is decided by itself`(
    conninfo: String, address: String, isVerified: Bool
  ) throws {
    let configuration = PostgresConfiguration(
      given: try PostgresConfiguration.parse(conninfo), defaults: [:],
      environment: .init(certificates: "/etc/bundle.crt"), applicationName: "jira-sync",
      connectTimeout: .seconds(5))
    for host in configuration.hosts {
      var parameters = host.parameters
      parameters["hostaddr"] = address
      let secured = configuration.secured(parameters)
      #expect(secured["sslmode"] == (isVerified ? "verify-full" : nil))
      #expect(secured["sslrootcert"] == (isVerified ? "/etc/bundle.crt" : nil))
    }
  }

  @Test func `an address of the environment decides`() throws {
    let defaults = ["host": "localhost", "hostaddr": "192.0.2.2"]
    let configuration = PostgresConfiguration(
      given: [:], defaults: defaults, environment: .init(decided: ["hostaddr"]),
      applicationName: "jira-sync", connectTimeout: .seconds(5))
    #expect(configuration.parameters["sslmode"] == "verify-full")
    for host in configuration.hosts {
      #expect(configuration.secured(host.parameters)["sslmode"] == "verify-full")
    }
  }

  @Test func `a mode that was named is not touched by the address`() throws {
    let configuration = try PostgresConfiguration(conninfo: "host=192.0.2.2 sslmode=disable")
    #expect(
      configuration.secured(["hostaddr": "192.0.2.2", "sslmode": "disable"])["sslmode"] == "disable"
    )
  }

  @Test func `who names a mode gets it`() throws {
    #expect(try parameters("host=db.example.com sslmode=require")["sslmode"] == "require")
    let fromVariable = try parameters(
      "host=db.example.com", environment: .init(decided: ["sslmode"]),
      defaults: ["sslmode": "require"])
    #expect(fromVariable["sslmode"] == nil)
  }

  /// Caught: the host of a `PG*` variable taken for this machine.
  @Test func `a host from the environment counts`() throws {
    let parameters = try parameters(
      "dbname=audit", environment: .init(decided: ["host"]),
      defaults: ["host": "db.example.com"])
    #expect(parameters["sslmode"] == "verify-full")
  }

  @Test func `the systems certificates are used to verify`() throws {
    let environment = PostgresConfiguration.Environment(certificates: "/etc/bundle.crt")
    let verified = try parameters("host=db.example.com", environment: environment)
    #expect(verified["sslrootcert"] == "/etc/bundle.crt")
    let own = try parameters(
      "host=db.example.com sslrootcert=/own.crt", environment: environment)
    #expect(own["sslrootcert"] == "/own.crt")
    // With a root certificate, libpq would verify in this mode, too.
    let unverified = try parameters("host=db.example.com sslmode=require", environment: environment)
    #expect(unverified["sslrootcert"] == nil)
  }

  // MARK: Dead connections

  @Test func `dead connections are noticed`() throws {
    let parameters = try parameters("host=db.example.com keepalives_idle=5")
    #expect(parameters["keepalives"] == "1")
    #expect(parameters["keepalives_idle"] == "5")
    #expect(parameters["tcp_user_timeout"] == "30000")
    #expect(parameters["fallback_application_name"] == "jira-sync")
  }

  @Test func `connect timeout of the string wins`() throws {
    #expect(try PostgresConfiguration(conninfo: "connect_timeout=7").connectTimeout == .seconds(7))
    #expect(try PostgresConfiguration(conninfo: "dbname=a").connectTimeout == .seconds(5))
  }

  // MARK: Messages

  /// Caught: libpq's own messages, which quote the piece they stumble over.
  @Test(arguments: [
    "postgresql://me:hunter2%zz@db.example.com/audit",
    "postgresql://me:hunter2@db:notaport:1/a?b",
    "host=db password hunter2", "password='hunter2", "hunter2",
    "postgresql://me:hunter2@[::1/audit",
    "postgresql://me@db/audit?pass=hunter2", "postgresql://me@db/audit?password=hunter2=hunter2",
    "password=hun\"ter2 \"hunter2",
    // libpq would take what follows for the host, the port or the database, which messages name.
    "postgresql://me:a@hunter2@db/audit", "postgres://me:12/hunter2@db:5432/audit",
    "postgresql://me:a/hunter2@db/audit?sslmode=require",
    "postgresql://me:Se?c@hunter2@db:5432/audit",
  ])
  func `a malformed string is not quoted`(conninfo: String) throws {
    let error = #expect(throws: PostgresError.self) {
      try PostgresConfiguration(conninfo: conninfo)
    }
    #expect(error?.kind == .configuration)
    #expect(error?.description.contains("ter2") == false)
    #expect(error?.hint?.contains("postgresql://") == true)
  }

  /// An empty login is none, and an @ of a parameter is no password.
  @Test(arguments: ["postgresql://@db/audit", "postgresql://me@db/audit?options=a@b"])
  func `an address without a raw password is taken`(conninfo: String) throws {
    #expect(try PostgresConfiguration(conninfo: conninfo).host == "db")
  }

  @Test func `an unknown option is named`() {
    let error = #expect(throws: PostgresError.self) {
      try PostgresConfiguration(conninfo: "postgresql://me@db/audit?pgbouncer=true")
    }
    #expect(error?.message.contains("pgbouncer") == true)
  }

  @Test func `it describes itself without the password`() throws {
    let configuration = try PostgresConfiguration(
      conninfo: "postgresql://me:hunter2@db.example.com:6543/audit")
    #expect(configuration.description == "audit at db.example.com:6543 as me")
    #expect(!"\([configuration])".contains("hunter2"))
    #expect(!String(reflecting: configuration).contains("hunter2"))
    var dumped = ""
    dump(configuration, to: &dumped)
    #expect(!dumped.contains("hunter2"))
  }

  // MARK: Hosts

  private func hosts(_ conninfo: String) throws -> [PostgresConfiguration.Host] {
    try PostgresConfiguration(conninfo: conninfo).hosts
  }

  @Test func `each host gets its port`() throws {
    let hosts = try hosts("host=a,/run,c port=1,2,3")
    #expect(hosts.map { $0.parameters["host"] } == ["a", "/run", "c"])
    #expect(hosts.map { $0.parameters["port"] } == ["1", "2", "3"])
    #expect(hosts.map(\.nameToResolve) == ["a", nil, "c"])
    #expect(try self.hosts("host=a,b port=5").map { $0.parameters["port"] } == ["5", "5"])
  }

  @Test func `an address is not looked up`() throws {
    let hosts = try hosts("host=a,b hostaddr=192.0.2.1,192.0.2.2")
    #expect(hosts.map(\.nameToResolve) == [nil, nil])
    #expect(hosts.map { $0.parameters["hostaddr"] } == ["192.0.2.1", "192.0.2.2"])
  }

  /// Caught: lists that are cut to fit; libpq says which one is wrong.
  @Test func `lists that do not match are left to libpq`() throws {
    #expect(try hosts("host=a,b port=1,2,3").count == 1)
  }

  @Test func `a preference for standbys takes two rounds`() throws {
    let hosts = try hosts("host=a,b target_session_attrs=prefer-standby")
    #expect(
      hosts.map { $0.parameters["target_session_attrs"] } == ["standby", "standby", "any", "any"])
  }
}
