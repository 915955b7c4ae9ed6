import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: TLSServer.isAvailable, "needs Postgres' server programs and openssl"))
struct TLSTests {
  /// One server for all of it, since making one takes seconds.
  @Test func `tls is verified as the connection string says`() async throws {
    try await withTLSServer { server in
      try await aGoodCertificateIsAccepted(server)
      try await aCertificateOfAnotherNameIsRefused(server)
      try await anUnknownAuthorityIsRefused(server)
      try await aWrongPasswordIsSaidAsSuch(server)
      try await aStatementCanBeCancelled(server)
    }
  }

  private func connect(
    to server: TLSServer, _ options: String
  ) async throws -> PostgresConnection {
    try await PostgresConnection.connect(
      PostgresConfiguration(conninfo: "port=\(server.port) user=admin dbname=postgres \(options)"))
  }

  /// Caught: a name lost because it is resolved before libpq sees it.
  private func aGoodCertificateIsAccepted(_ server: TLSServer) async throws {
    let connection = try await connect(
      to: server, "host=localhost sslmode=verify-full sslrootcert=\(server.authority)")
    let version: String = try await connection.query(
      "select version from pg_stat_ssl where pid = pg_backend_pid()", doing: "looking at TLS"
    ).one.get("version")
    #expect(version.hasPrefix("TLSv1."))
    await connection.close()
  }

  /// Caught: a check of the chain without the name.
  private func aCertificateOfAnotherNameIsRefused(_ server: TLSServer) async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await connect(
        to: server, "host=127.0.0.1 sslmode=verify-full sslrootcert=\(server.authority)")
    }
    #expect(error?.kind == .tls)
  }

  /// Caught: encryption without knowing to whom.
  private func anUnknownAuthorityIsRefused(_ server: TLSServer) async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await connect(
        to: server, "host=localhost sslmode=verify-full sslrootcert=\(server.otherAuthority)")
    }
    #expect(error?.kind == .tls)
    #expect(error?.hint?.contains("sslrootcert") == true)
    #expect(error?.isTransient == false)
  }

  private func aWrongPasswordIsSaidAsSuch(_ server: TLSServer) async throws {
    let address = "localhost:\(server.port)/postgres"
    let wrong = try PostgresConfiguration(conninfo: "postgresql://guarded:hunter2@\(address)")
    let error = await #expect(throws: PostgresError.self) {
      try await PostgresConnection.connect(wrong)
    }
    #expect(error?.kind == .authentication)
    #expect(error?.sqlState == "28P01")
    #expect(error?.isTransient == false)
    #expect(error?.description.contains("hunter2") == false)
    let right = try PostgresConfiguration(conninfo: "postgresql://guarded:right@\(address)")
    try await PostgresConnection.connect(right).close()
  }

  private func aStatementCanBeCancelled(_ server: TLSServer) async throws {
    let connection = try await connect(to: server, "host=localhost sslmode=require")
    let watcher = try await connect(to: server, "host=localhost sslmode=require")
    let task = Task { try await connection.query("select pg_sleep(60)", doing: "sleeping") }
    try await watcher.waitUntilActive("select pg_sleep(60)", in: "postgres")
    task.cancel()
    let error = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(error?.kind == .cancelled)
    _ = try await connection.query("select 1", doing: "going on")
    await connection.close()
    await watcher.close()
  }
}
