import Foundation
import TestSupport

/// A script that ended with an error, and what it printed.
struct ScriptFailed: Error, CustomStringConvertible {
  let description: String
}

/// Runs a script.
///
/// - Parameters:
///   - script: for bash.
///   - arguments: `$1`, `$2` …
/// - Returns: what it printed.
/// - Throws: `ScriptFailed`.
@discardableResult
func bash(_ script: String, _ arguments: String...) async throws -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/bin/bash")
  process.arguments = ["-c", "set -euo pipefail\n" + script, "bash"] + arguments
  // A file and no pipe: a server that the script starts inherits it, and a pipe would stay open as long as it runs.
  let log = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).log")
  _ = FileManager.default.createFile(atPath: log.path, contents: nil)
  let handle = try FileHandle(forWritingTo: log)
  process.standardOutput = handle
  process.standardError = handle
  let status = try await process.runToEnd()
  try handle.close()
  let output = try String(contentsOf: log, encoding: .utf8)
  try FileManager.default.removeItem(at: log)
  guard status == 0 else { throw ScriptFailed(description: output) }
  return output
}

/// Gives a test a folder, and removes it afterwards.
func withFolder<T>(_ body: (URL) async throws -> T) async throws -> T {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "jira-sync-schema-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  let result: T
  do {
    result = try await body(folder)
  } catch {
    try FileManager.default.removeItem(at: folder)
    throw error
  }
  try FileManager.default.removeItem(at: folder)
  return result
}
