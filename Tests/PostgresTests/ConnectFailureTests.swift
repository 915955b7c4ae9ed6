import Foundation
import Glibc
import Postgres
import TestSupport
import Testing

/// What a person reads when the database cannot be reached; needs no database, except where it says so.
@Suite struct ConnectFailureTests {
  private func failure(
    _ conninfo: String, timeout: Duration = .seconds(5)
  ) async throws -> PostgresError {
    let configuration = try PostgresConfiguration(conninfo: conninfo, connectTimeout: timeout)
    return try #require(
      await #expect(throws: PostgresError.self) {
        try await PostgresConnection.connect(configuration)
      })
  }

  /// A socket of this test's own: bound, so that nobody else takes the port; listening or not.
  private struct Port: ~Copyable {
    let socket: Int32
    let number: UInt16

    init(listening: Bool) throws {
      socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let own = socket
      let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          bind(own, pointer, length) == 0 && getsockname(own, pointer, &length) == 0
            && (!listening || listen(own, 8) == 0)
        }
      }
      try #require(status)
      number = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(socket) }
  }

  @Test func `a refused connection is said at once`() async throws {
    let port = try Port(listening: false)
    let error = try await failure("postgresql://somebody:hunter2@127.0.0.1:\(port.number)/audit")
    #expect(error.kind == .connect)
    #expect(error.isTransient)
    // Refused, and not waited for until the time was up.
    #expect(error.message.contains("refused"))
    #expect(error.description.contains("audit at 127.0.0.1:\(port.number) as somebody"))
    #expect(!error.description.contains("hunter2"))
  }

  /// Caught: libpq's non-blocking connect, which has no time limit of its own.
  @Test func `a server that never answers is given up`() async throws {
    let port = try Port(listening: true)
    let error = try await failure(
      "host=127.0.0.1 port=\(port.number) dbname=audit user=me", timeout: .milliseconds(200))
    #expect(error.kind == .connect)
    #expect(error.message.contains("time"))
  }

  /// Caught: cancellation that waits for the time limit.
  @Test func `connecting can be cancelled`() async throws {
    let port = try Port(listening: true)
    let configuration = try PostgresConfiguration(
      conninfo: "host=127.0.0.1 port=\(port.number) user=me", connectTimeout: .seconds(60))
    let task = Task { try await PostgresConnection.connect(configuration) }
    task.cancel()
    let error = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(error?.kind == .cancelled)
  }

  @Test func `a name that does not exist is said`() async throws {
    let error = try await failure("postgresql://me@no-such-host.invalid/audit")
    #expect(error.kind == .connect)
    #expect(error.message.contains("no-such-host.invalid"))
  }

  @Test(.requiresPostgres) func `the second host is tried when the first is down`() async throws {
    try await withDatabase(migrated: false) { database in
      let port = try Port(listening: false)
      let good = try database.configuration
      let configuration = try PostgresConfiguration(
        conninfo: "host=127.0.0.1,\(good.host) port=\(port.number),\(good.port) "
          + "dbname=\(good.database) user=\(good.user)")
      let connection = try await PostgresConnection.connect(configuration)
      _ = try await connection.query("select 1", doing: "asking")
      await connection.close()
    }
  }

  @Test(.requiresPostgres) func `an unknown database or role is told apart`() async throws {
    try await withDatabase(migrated: false) { database in
      let good = try database.configuration
      let address = "host=\(good.host) port=\(good.port)"
      let unknownDatabase = try await failure(
        "\(address) user=\(good.user) dbname=no_such_database")
      #expect(unknownDatabase.kind == .configuration)
      #expect(unknownDatabase.sqlState == "3D000")
      let unknownRole = try await failure("\(address) user=no_such_role dbname=\(good.database)")
      #expect(unknownRole.kind == .authentication)
      #expect(unknownRole.sqlState == "28000")
      #expect(!unknownRole.message.contains("LOCATION"))
    }
  }

  @Test(.requiresPostgres) func `a server without TLS is refused where it is demanded`()
    async throws
  {
    try await withDatabase(migrated: false) { database in
      let good = try database.configuration
      let error = try await failure(
        "host=\(good.host) port=\(good.port) user=\(good.user) dbname=\(good.database) "
          + "sslmode=require")
      #expect(error.kind == .tls)
      #expect(error.hint?.contains("sslmode") == true)
    }
  }

  /// What Supabase's pooler and full servers say, and what a person has to do then; sent as a server sends it.
  ///
  /// Caught: reading SQLSTATE XX000 as a server that is down.
  @Test(arguments: [
    ("XX000", "Tenant or user not found", PostgresError.Kind.authentication, "ROLE.PROJECT"),
    (
      "XX000", "MaxClientsInSessionMode: max clients reached", .connect,
      "raise the pooler's pool size"
    ),
    ("53300", "sorry, too many clients already", .connect, "run fewer workers"),
    ("08P01", "no more connections allowed (max_client_conn)", .connect, "run fewer workers"),
    ("57P03", "the database system is starting up", .connect, ""),
  ])
  func `what the server says leads to what helps`(
    sqlState: String, message: String, kind: PostgresError.Kind, remedy: String
  ) async throws {
    let port = try Port(listening: true)
    let listening = port.socket
    Thread.detachNewThread {
      let client = accept(listening, nil, nil)
      var startup = [UInt8](repeating: 0, count: 1024)
      _ = read(client, &startup, startup.count)
      // ErrorResponse (Postgres manual, "Message Formats").
      let fields = ["SFATAL", "VFATAL", "C\(sqlState)", "M\(message)"]
      let body = Array(fields.joined(separator: "\0").utf8) + [0, 0]
      let length = withUnsafeBytes(of: UInt32(body.count + 4).bigEndian) { Array($0) }
      let response = Array("E".utf8) + length + body
      _ = send(client, response, response.count, Int32(MSG_NOSIGNAL))
      close(client)
    }
    let error = try await failure(
      "host=127.0.0.1 port=\(port.number) dbname=audit user=me sslmode=disable",
      timeout: .seconds(60))
    // The port is open until here: its number would be somebody else's.
    #expect(error.doing.contains("\(port.number)"))
    #expect(error.kind == kind)
    #expect(error.sqlState == sqlState)
    #expect(error.message.contains(message))
    #expect(remedy.isEmpty ? error.hint == nil : error.hint?.contains(remedy) == true)
  }
}
