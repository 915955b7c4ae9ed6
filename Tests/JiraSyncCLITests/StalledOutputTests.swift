import Foundation
import Postgres
import TestSupport
import Testing

@testable import JiraSandbox
@testable import JiraSyncCLI

/// Readers that stop, and readers that go: no work waits for them.
@Suite(.requiresPostgres, .timeLimit(.minutes(15)))
struct StalledOutputTests {
  /// The program as another process, with standard error and output as the test says.
  private func start(
    _ arguments: [String], _ world: CommandWorld, output: Any, errors: Any,
    format: String = "text"
  ) throws -> Process {
    let process = Process()
    process.executableURL = try Program.executable()
    process.arguments = arguments
    process.environment = world.environment.merging(
      ["LOG_LEVEL": "debug", "LOG_FORMAT": format]) { _, new in new }
    process.currentDirectoryURL = FileManager.default.temporaryDirectory
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return process
  }

  private func end(of process: Process) async -> Int32 {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        process.waitUntilExit()
        continuation.resume()
      }
    }
    // A signal's number is no status of ours.
    return process.terminationReason == .exit
      ? process.terminationStatus : -process.terminationStatus
  }

  private func enqueue(_ count: Int, _ world: CommandWorld) async throws {
    try await world.execute(
      "insert into jira_sync.jobs (kind) select 'noop' from generate_series(1, \(count))")
  }

  private func waitUntilDone(_ count: Int, _ world: CommandWorld) async throws {
    try await world.connection.waitUntil(
      """
      select (select count(*) from jira_sync.job_history where outcome = 'done') >= \(count)
        and not exists (select from jira_sync.jobs where state = 'running') as met
      """, doing: "waiting until all is done")
  }

  /// Caught: a worker that stops with its jobs running once the pipe is full, deaf to SIGTERM.
  @Test(arguments: ["text", "json"])
  func `nobody reads the log: work goes on, SIGTERM works, and the lost lines are counted`(
    format: String
  ) async throws {
    try await CommandWorld.with { world in
      let log = Pipe()
      try await enqueue(12_000, world)
      let worker = try start(
        ["worker"], world, output: FileHandle.nullDevice, errors: log, format: format)
      defer { if worker.isRunning { kill(worker.processIdentifier, SIGKILL) } }
      try await waitUntilDone(12_000, world)
      // The reader is back, and a line that is written now says what is missing.
      try log.fileHandleForWriting.close()
      let text = Task { await log.fileHandleForReading.readToEndOnThread() }
      try await enqueue(1, world)
      try await waitUntilDone(12_001, world)
      worker.terminate()
      #expect(await end(of: worker) == 0)
      let lines = String(decoding: await text.value, as: UTF8.self).split(separator: "\n")
      let lost = lines.filter { $0.contains(/[0-9,]+ lines lost/) }
      #expect(lost.count == 1, "\(lines.count) lines")
      let number = lost.first?.firstMatch(of: /([0-9,]+) lines lost/).flatMap { match in
        Int(match.1.replacing(",", with: ""))
      }
      let ended = lines.count { $0.contains(" ended") }
      #expect((number ?? 0) + ended >= 12_001)
      if format == "json" { #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }) }
    }
  }

  /// Caught: SIGPIPE, which ends the worker with its jobs running.
  @Test func `the reader of the log has gone: work goes on and SIGTERM works`() async throws {
    try await CommandWorld.with { world in
      let log = Pipe()
      try log.fileHandleForReading.close()
      try await enqueue(500, world)
      let worker = try start(["worker"], world, output: FileHandle.nullDevice, errors: log)
      defer { if worker.isRunning { kill(worker.processIdentifier, SIGKILL) } }
      try await waitUntilDone(500, world)
      worker.terminate()
      #expect(await end(of: worker) == 0)
    }
  }

  /// One pipe for both streams, which nobody reads, or whose reader has gone.
  @Test(arguments: [true, false])
  func `a draining worker ends, whoever reads its summary`(isOpen: Bool) async throws {
    try await CommandWorld.with { world in
      let pipe = Pipe()
      if !isOpen { try pipe.fileHandleForReading.close() }
      try await enqueue(3_000, world)
      let worker = try start(["worker", "--drain"], world, output: pipe, errors: pipe)
      defer { if worker.isRunning { kill(worker.processIdentifier, SIGKILL) } }
      #expect(await end(of: worker) == 0)
      try await waitUntilDone(3_000, world)
    }
  }

  /// A command whose output is its purpose may wait for its reader, but not for ever once it is told to end.
  @Test(arguments: [
    ["jobs", "list", "--limit", "5000"], ["jobs", "list", "--limit", "5000", "--json"],
    ["status", "--watch", "--interval", "0.2", "--json"],
  ])
  func `a command with a full pipe ends with SIGTERM`(arguments: [String]) async throws {
    try await CommandWorld.with { world in
      try await enqueue(5_000, world)
      let pipe = Pipe()
      let command = try start(arguments, world, output: pipe, errors: FileHandle.nullDevice)
      defer { if command.isRunning { kill(command.processIdentifier, SIGKILL) } }
      // The first byte says that it writes; the rest is more than a pipe holds, or comes again and again.
      _ = pipe.fileHandleForReading.readData(ofLength: 1)
      try await world.connection.waitUntil(
        """
        select count(*) = \(arguments[0] == "status" ? 1 : 0) as met from pg_stat_activity
        where datname = current_database() and application_name = 'jira-sync'
        """, doing: "waiting until it has read the database")
      command.terminate()
      #expect([0, 130, -SIGTERM].contains(await end(of: command)))
    }
  }

  @Test(arguments: [
    ["jobs", "list", "--limit", "5000"], ["jobs", "list", "--limit", "5000", "--json"],
    ["status", "--watch", "--interval", "0.2"],
  ])
  func `a command whose reader has seen enough ends by itself`(arguments: [String]) async throws {
    try await CommandWorld.with { world in
      try await enqueue(5_000, world)
      let pipe = Pipe()
      let errors = Pipe()
      let command = try start(arguments, world, output: pipe, errors: errors)
      defer { if command.isRunning { kill(command.processIdentifier, SIGKILL) } }
      _ = pipe.fileHandleForReading.readData(ofLength: 1)
      try pipe.fileHandleForReading.close()
      #expect(await end(of: command) == 1)
      try errors.fileHandleForWriting.close()
      let said = String(
        decoding: await errors.fileHandleForReading.readToEndOnThread(), as: UTF8.self)
      #expect(!said.contains("cannot write"))
    }
  }
}

extension FileHandle {
  /// Reads all that comes, on a thread of its own.
  ///
  /// Two tests that block the threads of all tasks would wait for each other for ever.
  fileprivate func readToEndOnThread() async -> Data {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: self.readDataToEndOfFile()) }
    }
  }
}
