import Foundation
import JSON
import Postgres
import TestSupport
import Testing

@testable import JiraSandbox

/// The commands of all pages, page by page, as a person with a synced audit and a running worker copies them.
///
/// Catches a command that is refused though it can be parsed: a flag that it wants besides, a name that nothing has.
@Suite("Commands in the documentation", .requiresPostgres, .timeLimit(.minutes(20)))
struct DocumentedCommandsTests {
  /// All rows have issues, and both sides of row 2002 have changed a field that a person has to decide about.
  private func prepare(_ world: CommandWorld, _ program: Program) async throws {
    try program.write("fields:\n  notes: {conflict: manual}\n", to: "jira-sync.yaml")
    let first = try await program.run("worker", "--drain", environment: world.environment)
    #expect(first.status == 0, "\(first.errors)")
    let key: String = try await world.value(
      """
      select issue_key as value from jira_sync.links inner join public.file_audit as f on f.id::text = row_id
      where f.file_number = '2002'
      """)
    let notes = try #require(world.sandbox.field("Notes"))
    try world.sandbox.ask("PUT", "issue/\(key)", ["fields": [notes.id: "JIRA says"]])
    try await world.execute(
      "update public.file_audit set notes = 'row says' where file_number = '2002'")
    let second = try await program.run("worker", "--drain", environment: world.environment)
    #expect(second.status == 0, "\(second.errors)")
  }

  @Test
  func `every one ends with 0, a lasting one when it is interrupted`() async throws {
    let guide = try DocumentedSnippets.text(of: "docs/guide.md")
    let shown = Set(GuideTests.steps(of: guide).map(\.command))
    // GuideTests runs those with what they print.
    let commands = try DocumentedSnippets.commands().filter { !shown.contains($0.line) }
    #expect(commands.count > 40)
    var script = "set -m\njira-sync worker 2>worker.log & worker=$!\n"
    var page = "README.md"
    for (index, command) in commands.enumerated() {
      // A queue that one page pauses stays so only for the lines below it.
      if command.page != page { script += "jira-sync jobs resume >/dev/null 2>&1\n" }
      page = command.page
      script += """
        \(command.script)
        if [ $status != 0 ]; then echo "command \(index) ended with $status:"; cat out; fi

        """
    }
    script += "kill -TERM $worker; wait $worker\necho 'the end'\n"
    let receiver = try LoopbackPort(
      .answers(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8)))
    try await CommandWorld.withDocumentedRows { world in
      try await Program.withFolder { program in
        try await prepare(world, program)
        try program.write(script, to: "commands.sh")
        let tools = try Program.executable().deletingLastPathComponent().path
        let outcome = try await program.execute(
          URL(filePath: "/bin/bash"), ["commands.sh"],
          environment: world.environment.merging([
            "PATH": "\(tools):/usr/bin:/bin", "FREE_ISSUE": try world.sandbox.makeIssue(),
            "RECEIVER": "http://127.0.0.1:\(receiver.number)/services/T/B/x",
          ]) { _, given in given })
        let numbered = commands.enumerated().map { "\($0): \($1.page): \($1.line)" }
        #expect(
          outcome.output == "the end\n",
          "\(outcome.output)\n\(outcome.errors)\n\(numbered.joined(separator: "\n"))")
      }
    }
  }
}
