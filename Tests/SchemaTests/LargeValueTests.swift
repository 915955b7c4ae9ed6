import Foundation
import Postgres
import TestSupport
import Testing

/// Values of 288 MB: the server needs a gigabyte for each statement of these, so they run one after the other.
@Suite(.requiresPostgres, .serialized, .enabled("needs 6 GB of free memory") { try hasMemory() })
struct LargeValueTests {
  private static let large = "repeat('x', 288 * 1024 * 1024)"

  @Test(arguments: [
    // In a column that is not mapped, in one that is, and in the label.
    ("alter table public.file_audit add large text", "large"), ("", "notes"),
    ("alter table public.file_audit alter file_path type text", "file_path"),
  ]) func `a row with a text of 288 MB can be changed and deleted`(before: String, column: String)
    async throws
  {
    try await Application.with { application in
      try await application.disturb(
        """
        alter table public.file_audit drop constraint file_audit_file_path_key;
        \(before)
        """)
      try await application.run(
        "update public.file_audit set \(column) = \(Self.large) where id = 1")
      #expect(try await application.found() == (column == "large" ? [] : ["1"]))
      try await application.disturb("truncate jira_sync.jobs")
      try await application.run("update public.file_audit set updated_at = now()")
      #expect(try await application.found().isEmpty)
      try await application.run("update public.file_audit set audited_by = 'new' where id < 3")
      #expect(try await application.found() == ["1", "2"])
      try await application.disturb("truncate jira_sync.jobs")
      try await application.run("delete from public.file_audit where id < 3")
      #expect(try await application.found() == ["1", "2"])
      let longest: Int = try await application.value(
        "select max(length(args::text))::int as value from jira_sync.jobs")
      #expect(longest < 3_000)
      try await application.run("truncate public.file_audit")
    }
  }

  /// Labels of four rows would exceed the size of an array.
  @Test func `rows with long labels can be deleted together`() async throws {
    try await Application.with { application in
      try await application.disturb(
        """
        alter table public.file_audit drop constraint file_audit_file_path_key;
        alter table public.file_audit alter file_path type text;
        update public.file_audit set file_path = \(Self.large)
        """)
      try await application.disturb("truncate jira_sync.jobs")
      try await application.run("delete from public.file_audit")
      #expect(try await application.found() == ["1", "2", "3", "4", "5"])
    }
  }
}

/// Whether the machine has as much memory free as these tests take.
private func hasMemory() throws -> Bool {
  guard TestCluster.isAvailable else { return false }
  let text = try String(contentsOfFile: "/proc/meminfo", encoding: .utf8)
  let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
  let kilobytes = line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
  return kilobytes > 6_000_000
}
