import Testing

@testable import Postgres

/// The decisions about migrations, without a database.
@Suite struct MigrationTests {
  @Test func `a files name is its version and its name`() throws {
    let migration = try Migration(file: "20261122000001_job_queue.sql", sql: "select 1;")
    #expect(migration.version == "20261122000001")
    #expect(migration.name == "job_queue")
    #expect(migration.file == "20261122000001_job_queue.sql")
  }

  @Test(arguments: [
    "2026112200001_short", "20261122000001", "20261122000001_", "2026112200000x_a", "queue", "",
  ])
  func `another name is refused`(file: String) {
    let error = #expect(throws: MigrationError.self) { try Migration(file: file, sql: "") }
    #expect(error?.kind == .malformedName)
  }

  /// Caught: a checkout with other line ends taken for an edit.
  @Test func `line ends are no difference`() {
    let unix = Migration(version: "20261122000001", name: "a", sql: "a\nb\r\nc\r")
    let windows = Migration(version: "20261122000001", name: "a", sql: "a\r\nb\r\nc\r")
    #expect(unix.sql == windows.sql)
    #expect(unix.sql == "a\nb\nc\r")
  }

  @Test func `a position is on a line`() {
    let migration = Migration(version: "20261122000001", name: "a", sql: "é😀\nselect\nwhat")
    #expect(migration.line(at: 1) == 1)
    #expect(migration.line(at: 3) == 1)
    #expect(migration.line(at: 4) == 2)
    #expect(migration.line(at: 11) == 3)
  }

  @Test func `files and records are compared`() {
    func file(_ version: String) -> HashedFile<Migration> {
      HashedFile(
        file: Migration(version: version, name: "m", sql: ""), checksum: "hash \(version)")
    }
    let comparison = MigrationComparison(
      files: MigrationFiles(migrations: [file("1"), file("2"), file("3"), file("4")]),
      records: MigrationRecords(migrations: [
        MigrationRecord(version: "1", name: "m", checksum: "hash 1", appliedAt: "then"),
        MigrationRecord(version: "2", name: "m", checksum: "another", appliedAt: "then"),
        MigrationRecord(version: "3", name: "m", checksum: nil, appliedAt: "then"),
        MigrationRecord(version: "9", name: "new", checksum: "x", appliedAt: "then"),
      ]))
    let statuses = comparison.status.migrations
    #expect(statuses.map(\.version) == ["1", "2", "3", "4", "9"])
    #expect(statuses.map(\.state) == [.applied, .edited, .applied, .pending, .unknown])
    #expect(statuses.map(\.appliedAt) == ["then", "then", "then", nil, "then"])
    #expect(comparison.edited == "2_m.sql")
    #expect(comparison.lacksChecksums)
    #expect(comparison.newer.map(\.version) == ["9"])
  }

  @Test func `functions are compared by their checksum`() {
    func file(_ name: String) -> HashedFile<RepeatableMigration> {
      HashedFile(file: RepeatableMigration(name: name, sql: ""), checksum: "hash \(name)")
    }
    let files = MigrationFiles(
      functions: [file("10_a"), file("20_b"), file("30_c"), file("90_rights")])
    let comparison = MigrationComparison(
      files: files,
      records: MigrationRecords(functions: [
        RepeatableRecord(name: "10_a", checksum: "hash 10_a", appliedAt: "then"),
        RepeatableRecord(name: "20_b", checksum: "another", appliedAt: "then"),
        RepeatableRecord(name: "30_c", checksum: nil, appliedAt: "then"),
        RepeatableRecord(name: "40_newer", checksum: "x", appliedAt: "then"),
      ]))
    #expect(
      comparison.status.functions.map { "\($0.name) \($0.state)" } == [
        "10_a applied", "20_b changed", "30_c changed", "40_newer unknown", "90_rights pending",
      ])
    #expect(comparison.next() == .function(file("20_b")))
    #expect(comparison.next(without: ["20_b", "30_c"]) == .function(file("90_rights")))
    #expect(comparison.next(without: ["20_b", "30_c", "90_rights"]) == nil)
  }

  @Test func `a function file's name is two digits and a topic`() throws {
    let function = try RepeatableMigration(file: "10_queue.sql", sql: "a\r\nb")
    #expect(function.name == "10_queue")
    #expect(function.file == "functions/10_queue.sql")
    #expect(function.sql == "a\nb")
    for file in ["1_queue.sql", "queue.sql", "10_", "100_queue", ""] {
      let error = #expect(throws: MigrationError.self) {
        try RepeatableMigration(file: file, sql: "")
      }
      #expect(error?.kind == .malformedName)
    }
  }
}
