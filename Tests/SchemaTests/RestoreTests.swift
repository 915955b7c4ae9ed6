import Foundation
import Postgres
import TestSupport
import Testing

/// A dump of the data alone goes into a database that was migrated.
@Suite(.requiresPostgres, .timeLimit(.minutes(10)))
struct RestoreTests {
  private func run(_ program: String, _ arguments: [String]) async throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    // The programs of the server, whose version must be that of the test's cluster.
    let folder = "$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)"
    process.arguments =
      ["-c", "PATH=\(folder):$PATH exec \(program) \"$@\"", program] + arguments
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    try errors.fileHandleForWriting.close()
    let text = await Task.detached { errors.fileHandleForReading.readDataToEndOfFile() }.value
    process.waitUntilExit()
    return String(decoding: text, as: UTF8.self)
  }

  private func fill(_ database: TestDatabase) async throws {
    let connection = try await database.connect()
    try await connection.script(
      """
      insert into public.file_audit (file_number, file_path, file_name, layer_number, layer_name, status, workflows,
        has_technical_debt)
      select n::text, 'src/' || n, n::text, 1, 'one', 'ACTIVE', '{}', true from generate_series(1001, 1200) as n;
      insert into jira_sync.links (table_name, row_id, label, state, issue_id, issue_key, marker)
      select 'file_audit', id::text, file_path, 'linked', 10000 + id, 'SCRSKY-' || id, gen_random_uuid()
      from public.file_audit where id <= 50;
      """, doing: "filling a database")
    await connection.close()
  }

  /// Caught: "no row of public.file_audit has the id 1", and a restore without any jobs.
  @Test(arguments: [
    ["--format=custom"], ["--format=custom", "--inserts"],
    ["--format=custom", "--rows-per-insert=50"],
  ])
  func `a dump of the data is restored`(options: [String]) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).dump")
    defer { do { try FileManager.default.removeItem(at: file) } catch { print("left: \(error)") } }
    try await withDatabase { source in
      try await fill(source)
      let dumping = try await run(
        "pg_dump", options + ["--data-only", "--file=\(file.path)", source.superuserConninfo])
      #expect(!dumping.contains("error"))
      try await withDatabase { target in
        let said = try await run(
          "pg_restore", ["--data-only", "--dbname=\(target.superuserConninfo)", file.path])
        // What a migrated database has already stays as it is there.
        let other = said.split(separator: "\n").filter {
          $0.contains("ERROR:") && !$0.contains("duplicate key value")
        }
        #expect(other == [])
        let connection = try await target.connectAsSuperuser()
        let row = try await connection.query(
          """
          select (select count(*) from public.file_audit) as rows, (select count(*) from jira_sync.links) as links,
            (select count(distinct row_id) from jira_sync.jobs) as jobs
          """, doing: "counting what was restored"
        ).one
        #expect(try row.get("rows") == 200)
        #expect(try row.get("links") == 50)
        #expect(try row.get("jobs") == 200)
        await connection.close()
      }
    }
  }

  /// What was right before: a person who names a row that does not exist is told so.
  @Test func `a job of a row that does not exist is still refused`() async throws {
    try await withDatabase { database in
      let connection = try await database.connect()
      let error = await #expect(throws: PostgresError.self) {
        try await connection.query(
          "insert into jira_sync.jobs (kind, row_id) values ('push', '4711')", doing: "enqueuing")
      }
      #expect(error?.message.contains("no row of public.file_audit has the id 4711") == true)
      await connection.close()
    }
  }
}
