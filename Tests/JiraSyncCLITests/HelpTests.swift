import Foundation
import Testing

/// Every word of the help is kept beside this test, so that a change of it shows.
@Suite("The help")
struct HelpTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "help.txt")

  private static let commands = [
    "init", "migrate", "sync", "poll", "status", "jobs", "jobs list", "jobs show", "jobs retry",
    "jobs cancel", "jobs pause", "jobs resume", "explain", "history", "conflicts",
    "conflicts list", "conflicts resolve", "link", "unlink", "schedule", "schedule list",
    "schedule set", "schedule remove", "doctor", "config",
  ]

  @Test
  func `is what help.txt says; JIRA_SYNC_TEST_RECORD_HELP=1 records it`() async throws {
    try await Program.withFolder { program in
      var text = ""
      for command in Self.commands {
        let words = command.split(separator: " ").map(String.init)
        let outcome = try await program.run(words + ["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        // The parser never breaks the usage line.
        for line in outcome.output.split(separator: "\n") where !line.hasPrefix("USAGE: ") {
          #expect(line.count <= 80, "\(line)")
        }
        text += "$ jira-sync \(command) --help\n\(outcome.output)\n"
      }
      if ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_RECORD_HELP"] != nil {
        try text.write(to: Self.file, atomically: true, encoding: .utf8)
      }
      let kept = try String(contentsOf: Self.file, encoding: .utf8)
      #expect(text == kept, "the help has changed; if that is meant, record it")
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completions for each shell name the commands`(shell: String) async throws {
    try await Program.withFolder { program in
      let outcome = try await program.run("--generate-completion-script", shell)
      #expect(outcome.status == 0)
      for command in ["sync", "status", "conflicts", "schedule", "doctor"] {
        #expect(outcome.output.contains(command))
      }
    }
  }
}
