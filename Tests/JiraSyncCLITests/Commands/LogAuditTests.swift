import Foundation
import JSON
import Postgres
import TestSupport
import Testing

@testable import JiraSandbox

/// What the log of a worker says, read by somebody who must not learn what is in the rows, nor any password.
@Suite("The log names jobs and rows, never values and secrets", .requiresPostgres)
struct LogAuditTests {
  /// Texts that occur nowhere but in fields.
  static let values = ["4711-notes", "4712-debt", "4713-layer", "4714-jira"]
  /// Texts that occur nowhere but in credentials; the last is the header that they are sent in.
  static let secrets = [
    "pg-5001", "smtp-5002", "T5003/B5003/hook", "c2FuZGJveEBleGFtcGxlLmNvbTpzYW5kYm94",
  ]

  /// Workers that make issues, are refused a value, and decide a conflict: all that is worth a line.
  ///
  /// - Returns: what they wrote to standard error: lines of JSON, and how they ended.
  private func log(level: String) async throws -> [String] {
    var lines: [String] = []
    try await CommandWorld.with(rows: 3) { world in
      var environment = world.environment
      var database = try #require(URLComponents(string: world.database.conninfo))
      database.password = "pg-5001"
      environment["DATABASE_URL"] = database.string
      environment["SMTP_URL"] = "smtp://user:smtp-5002@127.0.0.1:1"
      environment["NOTIFY_EMAIL_FROM"] = "a@example.com"
      environment["NOTIFY_EMAIL_TO"] = "b@example.com"
      environment["SLACK_WEBHOOK_URL"] = "http://127.0.0.1:1/services/T5003/B5003/hook"
      environment["LOG_LEVEL"] = level
      environment["LOG_FORMAT"] = "json"
      for edit in [
        """
        update public.file_audit set notes = '4711-notes', technical_debt = '4712-debt',
          layer_name = case id when 2 then '4713-layer' else layer_name end
        """,
        "update public.file_audit set notes = '4711-notes, edited' where id = 1",
      ] as [SQL] {
        try await world.execute(edit)
        try await world.execute("select jira_sync.enqueue('sync', id::text) from public.file_audit")
        try await Program.withFolder { program in
          let outcome = try await program.run("worker", "--drain", environment: environment)
          lines += outcome.errors.split(separator: "\n").map(String.init)
        }
        try await editNotes("SCRSKY-1001", "4714-jira", of: world)
      }
    }
    return lines
  }

  private static func entries(of lines: [String]) throws -> [JSON] {
    try lines.filter { $0.hasPrefix("{") }.map { try JSON(parsing: $0) }
  }

  /// Somebody's edit in JIRA.
  private func editNotes(_ key: String, _ text: String, of world: CommandWorld) async throws {
    let field = try #require(world.sandbox.sandbox.site.fields.first { $0.name == "Notes" })
    let paragraph: JSON = [
      "type": "paragraph", "content": [["type": "text", "text": .string(text)]],
    ]
    let body: JSON = [
      "fields": .object([
        field.id: ["type": "doc", "version": 1, "content": [paragraph]]
      ])
    ]
    try await Program.withFolder { program in
      let outcome = try await program.execute(
        URL(filePath: "/usr/bin/curl"),
        [
          "-fsS", "-X", "PUT", "-u", "sandbox@example.com:sandbox", "-H",
          "Content-Type: application/json", "-d", body.text,
          "\(world.sandbox.baseURL)/rest/api/3/issue/\(key)",
        ], environment: [:])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  /// Catches a log line that is given an error with the value that was refused.
  @Test
  func `At level info there is neither a value nor a secret`() async throws {
    let lines = try await log(level: "info")
    let entries = try Self.entries(of: lines)
    #expect(entries.contains { $0["msg"]?.string?.hasPrefix("created") == true })
    #expect(entries.contains { $0["level"] == "warning" }, "the refused value is worth a line")
    for line in lines {
      for text in Self.values + Self.secrets { #expect(!line.contains(text), "\(line)") }
    }
  }

  @Test
  func
    `At level debug each call to JIRA names the run, the jobs and the issue; secrets are still not there`()
    async throws
  {
    let lines = try await log(level: "debug")
    for line in lines {
      for text in Self.secrets { #expect(!line.contains(text), "\(line)") }
    }
    let calls = try Self.entries(of: lines).filter { $0["msg"] == "JIRA call" }
    let edits = calls.filter { $0["metadata"]?["endpoint"]?.string?.hasPrefix("PUT") == true }
    #expect(!edits.isEmpty)
    for call in edits.compactMap({ $0["metadata"] }) {
      #expect(call["run"] != nil && call["jobs"] != nil && call["issue"] != nil, "\(call.text)")
    }
  }
}
