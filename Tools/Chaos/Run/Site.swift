import Foundation

/// The throwaway cluster that a run may break, and the programs that go with it.
struct Site: Sendable {
  /// A superuser's URI.
  let cluster: String
  /// Restarts the cluster at once, losing all sessions; nil where it must not be restarted.
  let restartCommand: String?
  /// The pooler's program; nil where there is none.
  let bouncer: String?
  /// The user that servers run as, where this runs as root.
  let serverUser: String?
  /// A folder for logs and configuration.
  let folder: String

  /// What `scripts/chaos` has prepared.
  static func fromEnvironment(cluster: String) -> Site {
    let environment = ProcessInfo.processInfo.environment
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    return Site(
      cluster: cluster, restartCommand: value("CHAOS_RESTART"), bouncer: value("CHAOS_PGBOUNCER"),
      serverUser: value("CHAOS_SERVER_USER"),
      folder: value("CHAOS_FOLDER") ?? NSTemporaryDirectory())
  }

  /// Runs a program to its end.
  @discardableResult
  static func run(_ program: String, _ arguments: [String]) async throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let (ended, end) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = {
      end.yield($0.terminationStatus)
      end.finish()
    }
    try process.run()
    for await status in ended { return status }
    return process.terminationStatus
  }
}
