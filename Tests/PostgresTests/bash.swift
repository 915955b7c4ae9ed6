import Foundation
import TestSupport

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
  let status = try await process.runToEnd()
  try handle.close()
  let output = try String(contentsOf: log, encoding: .utf8)
  try FileManager.default.removeItem(at: log)
  guard status == 0 else { throw ScriptFailed(description: output) }
  return output
}

/// What scripts begin with that start a server.
///
/// A server does not run as root: then the role `postgres` of the system does it.
let asServer = """
  set -euo pipefail
  # The server must not inherit what tells that this script has ended.
  for descriptor in /proc/self/fd/*; do
    descriptor=${descriptor##*/}
    if [ "$descriptor" -gt 2 ]; then eval "exec $descriptor>&-"; fi
  done
  as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
  """
