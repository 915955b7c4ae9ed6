import Foundation
import Postgres
import Schema
import TestSupport
import Testing

@testable import JiraSyncCLI

/// Databases with the schema of before the first release.
@Suite(.requiresPostgres)
struct UnreleasedSchemaTests {
  /// False until the baseline has replaced the migrations of before.
  private static let hasBaseline = !Schema.migrations.contains {
    $0.version == UnreleasedSchema.version
  }

  @Test func `it is told by a version that this program does not have`() {
    let baseline = ["20261130000001"]
    #expect(UnreleasedSchema.isAmong(["20261122000001", "20261122000002"], known: baseline))
    #expect(!UnreleasedSchema.isAmong(["20261130000001"], known: baseline))
    #expect(!UnreleasedSchema.isAmong([], known: baseline))
    #expect(!UnreleasedSchema.isAmong(["20261122000001"], known: ["20261122000001"]))
  }

  @Test func `the refusal is exit code 78 and says each step`() {
    let refusal = UnreleasedSchema.refusal("database x")
    #expect(refusal.status == .configuration)
    for step in [
      "database x", "Nothing was changed", "migrate --save-links", "drop schema jira_sync cascade",
      "migrate --restore-links", "sync --all --dry-run` shows 0 writes",
    ] { #expect(refusal.description.contains(step)) }
  }

  private func withUnreleased(
    _ body: (Program, PostgresConnection, [String: String]) async throws -> Void
  ) async throws {
    try await withDatabase(migrated: false) { database in
      try await Program.withFolder { program in
        let connection = try await database.connect()
        try await connection.script(LinkShapes.unreleased, doing: "making the old schema")
        try await body(program, connection, ["DATABASE_URL": database.conninfo])
        await connection.close()
      }
    }
  }

  @Test func `--save-links writes the file and says how much it has`() async throws {
    try await withUnreleased { program, _, environment in
      let saved = try await program.run(
        "migrate", "--save-links", "links.jsonl", environment: environment)
      #expect(saved.status == 0)
      #expect(
        saved.output == "saved 3 links, 1 open conflicts and 1 watermarks to links.jsonl\n")
      let again = try await program.run(
        "migrate", "--save-links", "links.jsonl", "--json", environment: environment)
      #expect(again.status == 64)
      #expect(again.errors.contains("it exists"))
    }
  }

  @Test(.enabled(if: hasBaseline))
  func `migrate and worker refuse it, and its links outlive a new installation`() async throws {
    try await withUnreleased { program, connection, environment in
      for arguments in [
        ["migrate"], ["migrate", "--status"], ["migrate", "--export", "sql"],
        ["worker", "--drain"],
        ["status"],
      ] {
        let refused = try await program.run(
          arguments,
          environment: environment.merging(
            [
              "JIRA_BASE_URL": "https://example.atlassian.net", "JIRA_EMAIL": "a@example.com",
              "JIRA_API_TOKEN": "token", "JIRA_PROJECT": "SCRSKY",
            ]
          ) { first, _ in first })
        #expect(refused.status == 78, "\(arguments)")
        #expect(refused.errors.contains("migrate --save-links"))
      }
      let saved = try await program.run(
        "migrate", "--save-links", "links.jsonl", environment: environment)
      #expect(saved.status == 0)
      let refused = try await program.run(
        "migrate", "--restore-links", "links.jsonl", environment: environment)
      #expect(refused.status == 78)
      try await connection.script("drop schema jira_sync cascade", doing: "dropping the schema")
      let missing = try await program.run(
        "migrate", "--restore-links", "links.jsonl", environment: environment)
      #expect(missing.status == 1)
      #expect(missing.errors.contains("has no schema jira_sync"))
      #expect(try await program.run("migrate", environment: environment).status == 0)
      let restored = try await program.run(
        "migrate", "--restore-links", "links.jsonl", environment: environment)
      #expect(restored.status == 0, "\(restored.errors)")
      #expect(
        restored.output
          == "restored 3 links, 1 open conflicts and 1 watermarks from links.jsonl\n")
      let links: Int = try await connection.query(
        "select count(*) as number from jira_sync.links", doing: "counting"
      ).one.get("number")
      #expect(links == 3)
    }
  }
}
