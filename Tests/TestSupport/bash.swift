import Foundation

/// A script that ended with an error, and what it printed.
public struct ScriptFailed: Error, CustomStringConvertible {
  /// What it printed.
  public let description: String
}

/// Runs a script.
///
/// - Parameters:
///   - script: for bash.
///   - arguments: `$1`, `$2` …
/// - Returns: what it printed.
/// - Throws: `ScriptFailed`.
@discardableResult
public func bash(_ script: String, _ arguments: String...) async throws -> String {
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
