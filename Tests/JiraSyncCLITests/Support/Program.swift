import Foundation
import TestSupport

/// The built `jira-sync`, run as users run it: another process, in a folder of its own.
struct Program {
  /// What a run left.
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
    var duration: Duration
  }

  /// The checkout that the tests were built from.
  static let checkout = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

  /// The folder that it runs in; nothing is in it but what a test puts there.
  let folder: URL

  /// Gives a body a program with an empty folder, and removes the folder afterwards.
  static func withFolder(_ body: (Program) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "jira-sync-cli-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(error)") }
    }
    try await body(Program(folder: folder))
  }

  /// Writes a file into the folder.
  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: folder.appending(path: name))
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - arguments: the command line.
  ///   - environment: all of its environment; nothing of the tests' own gets in.
  /// - Returns: how it ended and what it wrote.
  /// - Throws: what went wrong with starting it.
  func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
    try await run(arguments, environment: environment)
  }

  /// Runs it to its end, with arguments that a list has.
  func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Outcome {
    try await execute(Self.executable(), arguments, environment: environment)
  }

  /// Runs a script of `scripts/` to its end.
  ///
  /// - Parameters:
  ///   - name: the script's name.
  ///   - arguments: its command line.
  ///   - environment: all of its environment but `PATH`.
  /// - Returns: how it ended and what it wrote.
  /// - Throws: what went wrong with starting it.
  func script(
    _ name: String, _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> Outcome {
    let script = Self.checkout.appending(path: "scripts/\(name)")
    return try await execute(
      URL(filePath: "/usr/bin/env"), ["bash", script.path] + arguments,
      environment: environment.merging(["PATH": "/usr/bin:/bin"]) { given, _ in given })
  }

  /// Runs any program to its end, in the folder.
  func execute(
    _ executable: URL, _ arguments: [String], environment: [String: String]
  ) async throws -> Outcome {
    // Files, not pipes: nobody has to empty them meanwhile.
    let output = try file("output")
    let errors = try file("errors")
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    let begin = ContinuousClock.now
    let status = try await process.runToEnd()
    return Outcome(
      status: status, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8),
      duration: ContinuousClock.now - begin)
  }

  private func file(_ name: String) throws -> URL {
    let file = folder.appending(path: ".\(name)")
    try Data().write(to: file)
    return file
  }

  /// It is built into the folder that the tests are built into.
  static func executable() throws -> URL {
    let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "jira-sync")
  }
}
