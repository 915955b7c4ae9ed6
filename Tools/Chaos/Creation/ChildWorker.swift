import Foundation
import Glibc

/// A worker in a process of its own, which may be killed.
final class ChildWorker: Sendable {
  private let pid: Int32
  private let mark: Mark
  private let statuses: AsyncStream<Int32>

  init(executable: String, arguments: [String], database: String, log: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["DATABASE_URL"] = database
    process.environment = environment
    // Appending, or processes that share the file overwrite each other's lines.
    let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw UsageError(message: "cannot write to \(log)") }
    let output = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    process.standardError = output
    process.standardOutput = output
    let (statuses, end) = AsyncStream.makeStream(of: Int32.self)
    let mark = Mark()
    process.terminationHandler = { process in
      mark.raise()
      end.yield(
        process.terminationReason == .uncaughtSignal
          ? -process.terminationStatus : process.terminationStatus)
      end.finish()
    }
    try process.run()
    // Foundation keeps the process for a while after its end; hundreds of open logs would be too many for it.
    try output.close()
    pid = process.processIdentifier
    self.mark = mark
    self.statuses = statuses
  }

  /// Whether it has ended.
  var hasEnded: Bool { mark.isRaised }

  /// Sends it a signal, if it still runs.
  func kill(_ signal: Int32) {
    if !hasEnded { _ = Glibc.kill(pid, signal) }
  }

  /// Waits until it has ended.
  ///
  /// - Parameter patience: after so long it is killed.
  /// - Returns: its status, or the signal that ended it as a negative number.
  func end(within patience: Duration = .seconds(60)) async -> Int32 {
    let watchdog = Task {
      try await Task.sleep(for: patience)
      kill(SIGKILL)
    }
    defer { watchdog.cancel() }
    for await status in statuses { return status }
    return -1
  }
}
