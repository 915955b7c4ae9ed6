import Foundation
import Glibc

/// A PgBouncer between the workers and the cluster.
actor Bouncer {
  /// The URI through it.
  nonisolated let database: String
  private let program: String
  private let arguments: [String]
  private let port: Int
  private var process: Process?

  /// Writes its configuration.
  ///
  /// - Parameters:
  ///   - site: the cluster, and the program.
  ///   - database: the URI to connect to.
  ///   - mode: `session` or `transaction`.
  /// - Throws: `UsageError` where something it needs is missing; errors of writing its files.
  init(site: Site, database: String, mode: String) throws {
    guard let binary = site.bouncer, var components = URLComponents(string: database),
      let host = components.host, let serverPort = components.port, let user = components.user
    else { throw UsageError(message: "PgBouncer is not there, or the cluster's URI lacks a part") }
    port = try Self.freePort()
    components.port = port
    self.database = components.string ?? database
    let folder = "\(site.folder)/bouncer-\(mode)-\(port)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "\"\(user)\" \"\"\n".write(toFile: "\(folder)/users", atomically: true, encoding: .utf8)
    try """
    [databases]
    * = host=\(host) port=\(serverPort)
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = \(port)
    unix_socket_dir =
    auth_type = trust
    auth_file = \(folder)/users
    pool_mode = \(mode)
    default_pool_size = 20
    max_client_conn = 100
    server_login_retry = 1
    ignore_startup_parameters = extra_float_digits
    logfile = \(folder)/log
    """.write(toFile: "\(folder)/ini", atomically: true, encoding: .utf8)
    _ = chmod(folder, 0o777)
    if let user = site.serverUser {
      program = "/usr/bin/setpriv"
      arguments = [
        "--reuid", user, "--regid", user, "--init-groups", "--pdeathsig", "KILL", binary, "-q",
        "\(folder)/ini",
      ]
    } else {
      program = binary
      arguments = ["-q", "\(folder)/ini"]
    }
  }

  /// Starts it.
  func start() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    self.process = process
  }

  /// Kills it; all who came through it lose their connections.
  func kill() async throws {
    guard let process else { return }
    _ = Glibc.kill(process.processIdentifier, SIGKILL)
    while process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
    self.process = nil
  }

  /// A port of loopback that nobody listens on.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let failed = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) != 0 || getsockname(descriptor, generic, &length) != 0
      }
    }
    guard !failed else { throw UsageError(message: "no free port on loopback") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
