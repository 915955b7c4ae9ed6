import Foundation
import JSON
import Postgres
import Schema
import TestSupport
import Testing

@testable import JiraSyncCLI

/// `jira-sync migrate --export`, and what the options of `migrate` have to do with each other.
@Suite(.requiresPostgres)
struct MigrateExportTests {
  private func withProgram(
    _ body: (Program, [String: String]) async throws -> Void
  ) async throws {
    try await withDatabase(migrated: false) { database in
      try await Program.withFolder { program in
        try await body(
          program, ["DATABASE_URL": database.conninfo, "PATH": "/usr/bin:/bin"])
      }
    }
  }

  @Test func `it makes the folder, and what psql then applied is up to date`() async throws {
    try await withProgram { program, environment in
      let count = Schema.migrations.count + Schema.functions.count
      let first = try await program.run(
        "migrate", "--export", "a/b", environment: environment)
      #expect(first.status == 0, "\(first.errors)")
      let written = first.output.split(separator: "\n")
      #expect(written.count == count)
      #expect(written.allSatisfy { $0.hasPrefix("wrote a/b/20") })
      let names = try FileManager.default.contentsOfDirectory(
        atPath: program.folder.appending(path: "a/b").path)
      #expect(Set(names.map { $0.prefix(14) }).count == count)
      #expect(names.allSatisfy { $0.dropFirst(14).hasPrefix("_jira_sync_") })

      let nothing =
        "nothing to write: the database or a/b has all \(Schema.migrations.count) migrations and "
        + "\(Schema.functions.count) function files\n"
      for _ in 1...2 {
        let again = try await program.run(
          "migrate", "--export", "a/b", environment: environment)
        #expect(again.status == 0)
        #expect(again.output == nothing)
      }
      let status = try await program.run("migrate", "--status", environment: environment)
      #expect(!status.output.contains("applied"))

      let psql = try await program.execute(
        URL(filePath: "/usr/bin/env"),
        [
          "bash", "-c",
          "for f in a/b/*.sql; do psql -Xq -v ON_ERROR_STOP=1 -1 -d \"$DATABASE_URL\" -f \"$f\" || exit 1; done",
        ], environment: environment)
      #expect(psql.status == 0, "\(psql.errors)")
      let migrate = try await program.run("migrate", environment: environment)
      #expect(migrate.output.hasPrefix("up to date"))
      let json = try await program.run(
        "migrate", "--export", "a/b", "--json", environment: environment)
      #expect(try JSON(parsing: json.output) == ["written": []])
    }
  }

  @Test func `--json lists the files that were written`() async throws {
    try await withProgram { program, environment in
      let outcome = try await program.run(
        "migrate", "--export", "sql/", "--json", environment: environment)
      let written = try #require(try JSON(parsing: outcome.output)["written"]?.array)
      #expect(written.count == Schema.migrations.count + Schema.functions.count)
      #expect(written.first?.string?.hasPrefix("sql/20") == true)
      #expect(
        written.first?.string?.hasSuffix("_jira_sync_\(Schema.migrations[0].name).sql") == true)
    }
  }

  @Test func `a folder that is a file is 64, an unreachable database 69`() async throws {
    try await withProgram { program, environment in
      try program.write("", to: "file")
      let file = try await program.run("migrate", "--export", "file", environment: environment)
      #expect(file.status == 64)
      #expect(file.errors.contains("file is a file"))
      let gone = try await program.run(
        "migrate", "--export", "sql",
        environment: ["DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"])
      #expect(gone.status == 69)
      #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "sql").path))
    }
  }

  @Test func `options that exclude each other are 64, as is a links file that is not there`()
    async throws
  {
    try await withProgram { program, environment in
      for options in [
        ["--status", "--export", "a"], ["--export", "a", "--save-links", "b"],
        ["--save-links", "a", "--restore-links", "b"], ["--status", "--restore-links", "b"],
      ] {
        let outcome = try await program.run(["migrate"] + options, environment: environment)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("exclude each other"))
      }
      let missing = try await program.run(
        "migrate", "--restore-links", "none.jsonl", environment: environment)
      #expect(missing.status == 64)
      #expect(missing.errors.contains("the links file none.jsonl: it does not exist"))
    }
  }
}
