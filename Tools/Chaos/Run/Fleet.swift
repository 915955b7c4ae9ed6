import Foundation
import Glibc
import Locks

/// Worker processes, started again when they end, until the fleet is told to stop.
final class Fleet: Sendable {
  /// How processes ended: `0`, another status, or the signal that ended them.
  struct Exits: Sendable {
    var counts: [String: Int] = [:]
    /// Ends that nobody caused.
    var unexpected = 0

    var text: String {
      counts.isEmpty
        ? "-"
        : counts.sorted { $0.key < $1.key }.map { "\($0.key)×\($0.value)" }.joined(separator: " ")
    }
  }

  private struct State {
    var pids: [Int32] = []
    var killed: Set<Int32> = []
    var exits = Exits()
    var isStopping = false
    var slowestStop = Duration.zero
    var askedAt: [Int32: ContinuousClock.Instant] = [:]
  }

  private let executable: String
  private let arguments: [String]
  private let database: String
  private let log: String
  private let state = Lock(State())

  init(executable: String, arguments: [String], database: String, log: String) {
    self.executable = executable
    self.arguments = arguments
    self.database = database
    self.log = log
  }

  /// The processes that run.
  var pids: [Int32] { state.withLock { $0.pids } }
  /// How processes ended so far.
  var exits: Exits { state.withLock { $0.exits } }
  /// The longest time from SIGTERM to the end of a process.
  var slowestStop: Duration { state.withLock { $0.slowestStop } }

  /// Starts processes.
  func start(_ count: Int) throws {
    for _ in 0..<count { try startOne() }
  }

  private func startOne() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    var environment = ProcessInfo.processInfo.environment
    environment["DATABASE_URL"] = database
    process.environment = environment
    let output = try logHandle()
    process.standardError = output
    process.standardOutput = output
    process.terminationHandler = { [weak self] process in self?.ended(process) }
    try state.withLock { state in
      guard !state.isStopping else { return }
      try process.run()
      state.pids.append(process.processIdentifier)
    }
  }

  private func logHandle() throws -> FileHandle {
    // Appending, or processes that share the file overwrite each other's lines.
    let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    guard descriptor >= 0 else { throw UsageError(message: "cannot write to \(log)") }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  private func ended(_ process: Process) {
    let pid = process.processIdentifier
    let startsAgain = state.withLock { state in
      state.pids.removeAll { $0 == pid }
      if let asked = state.askedAt.removeValue(forKey: pid) {
        state.slowestStop = max(state.slowestStop, .now - asked)
      }
      let name: String
      if process.terminationReason == .uncaughtSignal {
        name = process.terminationStatus == SIGKILL ? "KILL" : "signal \(process.terminationStatus)"
        if !state.killed.contains(pid) { state.exits.unexpected += 1 }
      } else {
        name = "\(process.terminationStatus)"
        if process.terminationStatus != 0 { state.exits.unexpected += 1 }
      }
      state.exits.counts[name, default: 0] += 1
      return !state.isStopping
    }
    guard startsAgain else { return }
    do { try startOne() } catch { print("a worker cannot be started again: \(error)") }
  }

  /// Sends a signal to a process and answers which: to the given one if it still runs, else to any.
  @discardableResult
  func signal(_ signal: Int32, preferring wanted: Int32? = nil) -> Int32? {
    state.withLock { state in
      let preferred = wanted.flatMap { state.pids.contains($0) ? $0 : nil }
      guard let pid = preferred ?? state.pids.randomElement() else { return nil }
      if signal == SIGKILL { state.killed.insert(pid) }
      if signal == SIGTERM { state.askedAt[pid] = .now }
      _ = kill(pid, signal)
      return pid
    }
  }

  /// Sends a signal to a process that was chosen before, if it still runs.
  func signal(_ signal: Int32, to pid: Int32) {
    state.withLock { state in
      guard state.pids.contains(pid) else { return }
      _ = kill(pid, signal)
    }
  }

  /// Asks all processes to stop, and waits until they have.
  ///
  /// - Parameter patience: after so long they are killed, which counts as unexpected.
  /// - Throws: `CancellationError`.
  func stop(within patience: Duration = .seconds(12)) async throws {
    let pids = state.withLock { state in
      state.isStopping = true
      for pid in state.pids where state.askedAt[pid] == nil { state.askedAt[pid] = .now }
      return state.pids
    }
    for pid in pids {
      signal(SIGCONT, to: pid)
      signal(SIGTERM, to: pid)
    }
    let deadline = ContinuousClock.now + patience
    while !self.pids.isEmpty, .now < deadline { try await Task.sleep(for: .milliseconds(20)) }
    for pid in self.pids { signal(SIGKILL, to: pid) }
    while !self.pids.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
  }
}
