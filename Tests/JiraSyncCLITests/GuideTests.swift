import Foundation
import JiraSandbox
import Postgres
import TestSupport
import Testing

/// The commands of docs/guide.md, copied one after the other as a new user does; each prints what the guide shows.
@Suite(.requiresPostgres, .requiresPgCron, .timeLimit(.minutes(20)))
struct GuideTests {
  /// A command and the lines that the guide shows below it.
  struct Step: Sendable, CustomStringConvertible {
    var command: String
    var expected: [String] = []
    var description: String { command }
  }

  /// The steps of the blocks that are to be run.
  static func steps(of guide: String) -> [Step] {
    var steps: [Step] = []
    var isInside = false
    var isSkipped = false
    for line in guide.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("<!-- not run by GuideTests") { isSkipped = true }
      if line == "```console" {
        isInside = !isSkipped
      } else if line == "```" {
        if !isInside { isSkipped = false }
        isInside = false
        isSkipped = false
      } else if isInside, line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2))))
      } else if isInside, !steps.isEmpty {
        steps[steps.count - 1].expected.append(String(line))
      }
    }
    return steps
  }

  /// Whether lines are as shown: `…` in a line stands for anything, a line `…` for any lines.
  static func matches(_ lines: ArraySlice<String>, _ shown: ArraySlice<String>) -> Bool {
    guard let first = shown.first else { return lines.isEmpty }
    if first == "…" {
      return (lines.startIndex...lines.endIndex).contains {
        matches(lines[$0...], shown.dropFirst())
      }
    }
    guard let line = lines.first, matches(line: line, first) else { return false }
    return matches(lines.dropFirst(), shown.dropFirst())
  }

  private static func matches(line: String, _ shown: String) -> Bool {
    if line == shown { return true }
    var rest = Substring(line)
    let parts = shown.components(separatedBy: "…")
    guard parts.count > 1 else { return false }
    for (index, part) in parts.enumerated() where !part.isEmpty {
      if index == 0 {
        guard rest.hasPrefix(part) else { return false }
        rest = rest.dropFirst(part.count)
      } else if index == parts.count - 1 {
        return rest.hasSuffix(part)
      } else {
        guard let found = rest.range(of: part) else { return false }
        rest = rest[found.upperBound...]
      }
    }
    return true
  }

  @Test
  func `a line that differs is seen, and what the guide leaves open is not`() {
    #expect(Self.matches(["a 1 s", "b", "c", "d"], ["a … s", "…", "d"]))
    #expect(!Self.matches(["a 1 s", "b"], ["a … min", "…"]))
    #expect(!Self.matches(["a"], ["a", "b"]))
    #expect(!Self.matches(["a", "b"], ["a"]))
    // A line that is cut by the terminal in the guide, too.
    #expect(Self.matches(["x — Reque…  –"], ["x — Reque…  –"]))
  }

  @Test
  func `every command prints what the guide shows`() async throws {
    let steps = Self.steps(of: try DocumentedSnippets.text(of: "docs/guide.md"))
    #expect(steps.count > 15)
    try await CronDatabase.with { database in
      let admin = try await database.connectAsSuperuser()
      try await admin.script(
        "create extension pg_cron; grant usage on schema cron to jira_sync_test_owner",
        doing: "making the extension")
      let sandbox = try await SandboxServer.start(SandboxOptions())
      let outputs = try await run(steps, database: database, sandbox: sandbox)
      try await sandbox.stop()
      try await admin.script("drop extension pg_cron cascade", doing: "tidying up")
      await admin.close()
      for (step, output) in zip(steps, outputs) {
        #expect(
          Self.matches(output[...], step.expected[...]),
          "$ \(step)\n\(output.joined(separator: "\n"))")
      }
      #expect(outputs.count == steps.count, "the commands did not come to their end")
    }
  }

  /// Runs the commands in one shell and takes what each wrote to standard output.
  private func run(
    _ steps: [Step], database: TestDatabase, sandbox: SandboxServer
  ) async throws -> [[String]] {
    let mark = "--- next command \(UUID().uuidString)"
    var outputs: [[String]] = []
    try await Program.withFolder { program in
      // Where the guide's user stands: data/ is there, and no .env.
      try FileManager.default.createSymbolicLink(
        at: program.folder.appending(path: "data"),
        withDestinationURL: Program.checkout.appending(path: "data"))
      let script = steps.map { "\($0.command)\necho '\(mark)'\n" }.joined()
      try program.write(script, to: "guide.sh")
      let tools = try Program.executable().deletingLastPathComponent().path
      let outcome = try await program.execute(
        URL(filePath: "/bin/bash"), ["guide.sh"],
        environment: [
          "PATH": "\(tools):/usr/bin:/bin", "DATABASE_URL": database.conninfo,
          "JIRA_BASE_URL": sandbox.baseURL, "JIRA_EMAIL": "sandbox@example.com",
          "JIRA_API_TOKEN": "sandbox", "JIRA_PROJECT": "SCRSKY",
        ])
      var current: [String] = []
      for line in outcome.output.split(separator: "\n", omittingEmptySubsequences: false) {
        if line == mark {
          outputs.append(current)
          current = []
        } else {
          current.append(String(line))
        }
      }
    }
    return outputs
  }
}
