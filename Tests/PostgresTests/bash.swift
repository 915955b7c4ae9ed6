import Foundation

struct ScriptFailed: Error, CustomStringConvertible {
  let description: String
}

/// Runs a script and returns what it printed.
func bash(_ script: String, _ arguments: String...) async throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/bash")
  process.arguments = ["-c", script, "bash"] + arguments
  // Files and no pipes: the server inherits them, and a pipe would stay open as long as it runs.
  let log = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).log")
  _ = FileManager.default.createFile(atPath: log.path, contents: nil)
  let handle = try FileHandle(forWritingTo: log)
  process.standardOutput = handle
  process.standardError = handle
  let status = try await withCheckedThrowingContinuation {
    (continuation: CheckedContinuation<Int32, any Error>) in
    process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
    do {
      try process.run()
    } catch {
      process.terminationHandler = nil
      continuation.resume(throwing: error)
    }
  }
  try handle.close()
  let output = try String(contentsOf: log, encoding: .utf8)
  try FileManager.default.removeItem(at: log)
  guard status == 0 else { throw ScriptFailed(description: output) }
  return output
}
