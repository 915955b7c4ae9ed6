import Foundation
import JSON
import TestSupport

/// The parser of PyPI's prometheus-client, where `scripts/test` could install it: the reference implementation of the
/// format, and a strict one.
enum OpenMetricsParser {
  /// Why a text is no OpenMetrics.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  static let python = ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_PROMETHEUS_PYTHON"]

  /// The families by name, each with `type`, `unit`, `help` and `samples`.
  static func parse(_ text: String) async throws -> JSON {
    guard let python else {
      throw Refusal(description: "JIRA_SYNC_TEST_PROMETHEUS_PYTHON is not set")
    }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "openmetrics-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { print("left behind: \(error)") }
    }
    // Files, not pipes: nobody has to empty them meanwhile.
    let files = ["in", "out", "errors"].map { folder.appending(path: $0) }
    for file in files { try Data(text.utf8).write(to: file) }
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = [
      URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../tools/parse_openmetrics.py").standardizedFileURL.path
    ]
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    for file in files.dropFirst() { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    guard try await process.runToEnd() == 0 else {
      throw Refusal(description: try String(contentsOf: files[2], encoding: .utf8))
    }
    return try JSON(parsing: try Data(contentsOf: files[1]))
  }
}
