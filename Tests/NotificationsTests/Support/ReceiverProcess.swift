import Foundation
import JSON
import Locks

/// A receiver of messages in another process, which prints its port and then a line of JSON for each message.
final class ReceiverProcess: Sendable {
  /// Why a test cannot go on.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let port: Int
  private let process: Process
  private let input: Pipe
  private let lines: Lines

  /// What it has printed, filled from the thread that reads.
  private final class Lines: Sendable {
    private let state = Lock((text: [UInt8](), lines: [String]()))

    func take(_ data: Data) {
      state.withLock { state in
        state.text += data
        while let end = state.text.firstIndex(of: 0x0A) {
          state.lines.append(String(decoding: state.text[..<end], as: UTF8.self))
          state.text.removeFirst(end + 1)
        }
      }
    }

    var all: [String] { state.withLock { $0.lines } }
  }

  /// The SMTP server, where `scripts/test` could install it.
  static let python = ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_PYTHON"]

  /// Starts the SMTP server.
  static func mail(_ arguments: String...) async throws -> ReceiverProcess {
    guard let python else { throw Failure(description: "JIRA_SYNC_TEST_PYTHON is not set") }
    return try await start(python, [script("mail_server.py")] + arguments)
  }

  /// Starts a receiver of webhooks, see the script for what it can do wrong.
  ///
  /// - Parameters:
  ///   - behaviors: what it does with each request, in turn.
  ///   - port: where it listens; 0 is any free one.
  /// - Returns: the receiver, listening.
  /// - Throws: where it does not start.
  static func webhook(_ behaviors: String..., port: Int = 0) async throws -> ReceiverProcess {
    try await start("/usr/bin/env", ["python3", script("webhook.py"), "\(port)"] + behaviors)
  }

  private static func script(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../servers/\(name)").standardizedFileURL.path
  }

  private static func start(_ program: String, _ arguments: [String]) async throws
    -> ReceiverProcess
  {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    let lines = Lines()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    output.fileHandleForReading.readabilityHandler = { handle in
      let data = handle.availableData
      if data.isEmpty { handle.readabilityHandler = nil } else { lines.take(data) }
    }
    try process.run()
    for _ in 0..<1_200 {
      if let port = lines.all.first.flatMap({ Int($0) }) {
        return ReceiverProcess(port: port, process: process, input: input, lines: lines)
      }
      guard process.isRunning else { break }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Failure(description: "\(arguments.first ?? program) does not listen")
  }

  private init(port: Int, process: Process, input: Pipe, lines: Lines) {
    self.port = port
    self.process = process
    self.input = input
    self.lines = lines
  }

  deinit { stop() }

  /// Ends it at once; a signal that could be waited for may be blocked in a process that a test starts.
  func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Ends it, and waits until its port is free.
  func end() async throws {
    stop()
    while process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
  }

  /// What it was sent so far.
  var received: [JSON] {
    get throws { try lines.all.dropFirst().map { try JSON(parsing: $0) } }
  }

  /// Waits until it was sent so much.
  ///
  /// - Parameter count: how many messages, attempts that it refused included.
  /// - Returns: them.
  /// - Throws: where they do not come within a minute.
  @discardableResult
  func wait(for count: Int) async throws -> [JSON] {
    for _ in 0..<1_200 {
      let received = try received
      if received.count >= count { return received }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Failure(description: "\(try received.count) of \(count) messages came within a minute")
  }
}
