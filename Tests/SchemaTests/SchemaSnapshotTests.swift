import Foundation
import TestSupport
import Testing

/// The schema as `pg_dump` sees it is kept beside this test, so that a change of a migration shows what it does.
@Suite("The dumped schema", .requiresPostgres)
struct SchemaSnapshotTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "schema.sql")

  /// Broken variant: without it, an edited function or a forgotten index shows only in production.
  @Test("what the migrations make is what schema.sql says")
  func snapshot() async throws {
    try await withDatabase { database in
      let dumped = try dump(database.superuserConninfo)
      if ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_RECORD_SCHEMA"] != nil {
        try dumped.write(to: Self.file, atomically: true, encoding: .utf8)
      }
      let kept = try String(contentsOf: Self.file, encoding: .utf8)
      let difference = dumped.split(separator: "\n").difference(from: kept.split(separator: "\n"))
      #expect(
        difference.isEmpty,
        """
        The schema is another one: \(difference.count) lines. If that is meant, record it: \
        JIRA_SYNC_TEST_RECORD_SCHEMA=1 scripts/test --filter SchemaSnapshotTests
        """)
    }
  }

  /// The definitions, without owners, rights, days, and lines that differ between versions of pg_dump.
  private func dump(_ conninfo: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "pg_dump", "--schema-only", "--schema=jira_sync", "--no-owner", "--no-privileges",
      "--exclude-table=jira_sync.job_history_2*", "--dbname", conninfo,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "pg_dump failed; it says why above")
    return String(decoding: data, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
      .filter { line in
        !line.hasPrefix("--") && !line.hasPrefix("\\") && !line.hasPrefix("SET ")
          && !line.hasPrefix("SELECT pg_catalog.set_config") && !line.isEmpty
      }
      .joined(separator: "\n") + "\n"
  }
}
