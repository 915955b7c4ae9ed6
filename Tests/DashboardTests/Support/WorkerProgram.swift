import Foundation
import JSON

/// The built `jira-sync worker` with a dashboard, as another process.
final class WorkerProgram: Sendable {
  /// Why a test cannot go on.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let site: Website
  private let process: Process
  private let log: URL
  private let ended: AsyncStream<Int32>

  /// Starts it, and waits until it says where its dashboard is.
  ///
  /// - Parameters:
  ///   - arguments: what follows `worker`.
  ///   - environment: all of its environment.
  /// - Returns: the worker.
  /// - Throws: where it ends instead.
  static func start(
    _ arguments: [String] = ["--http-port", "0"], environment: [String: String]
  ) async throws -> WorkerProgram {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "jira-sync-dashboard-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let log = folder.appending(path: "log")
    try Data().write(to: log)
    let process = Process()
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    process.executableURL = URL(filePath: tests).deletingLastPathComponent()
      .appending(path: "jira-sync")
    process.arguments = ["worker"] + arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: log)
    let (ended, end) = AsyncStream.makeStream(of: Int32.self)
    process.terminationHandler = {
      end.yield($0.terminationStatus)
      end.finish()
    }
    try process.run()
    for _ in 0..<2_400 {
      let text = try String(contentsOf: log, encoding: .utf8)
      if let address = text.firstMatch(of: /the dashboard is on http:\/\/[^ :]+:(\d+)\//),
        let port = UInt16(address.1)
      {
        return WorkerProgram(site: Website(port: port), process: process, log: log, ended: ended)
      }
      guard process.isRunning else { throw Failure(description: "it ended: \(text)") }
      // There is no event for a file that has grown.
      try await Task.sleep(for: .milliseconds(25))
    }
    Foundation.kill(process.processIdentifier, SIGKILL)
    throw Failure(description: "it does not say where its dashboard is")
  }

  private init(site: Website, process: Process, log: URL, ended: AsyncStream<Int32>) {
    self.ended = ended
    self.site = site
    self.process = process
    self.log = log
  }

  deinit {
    kill()
    try? FileManager.default.removeItem(at: log.deletingLastPathComponent())
  }

  /// Sends SIGTERM.
  func terminate() { Foundation.kill(process.processIdentifier, SIGTERM) }

  /// Ends it at once.
  func kill() {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  /// Waits until it has ended; answers how.
  func end() async -> Int32 {
    for await status in ended { return status }
    return process.terminationStatus
  }

  /// Asks `/readyz` until it answers what is waited for.
  ///
  /// - Parameters:
  ///   - status: 200 or 503.
  ///   - word: what its reasons or notes say.
  /// - Returns: the answer.
  /// - Throws: where that does not come within two minutes: with the last answer.
  @discardableResult
  func readiness(_ status: Int, saying word: String = "") async throws -> JSON {
    var last = "nothing"
    for _ in 0..<2_400 {
      let answer = try await site.ask("GET", "/readyz")
      last = "\(answer.status) \(answer.body)"
      if answer.status == status, word.isEmpty || answer.body.contains(word) {
        return try JSON(parsing: answer.body)
      }
      // There is no event for a changed answer of `/readyz`; a load balancer asks again, too.
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Failure(
      description:
        "waited for \(status) \(word), and it says \(last); its log: "
        + ((try? String(contentsOf: log, encoding: .utf8)) ?? ""))
  }
}
