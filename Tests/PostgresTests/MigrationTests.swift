import Testing

@testable import Postgres

/// The decisions about migrations, without a database.
@Suite struct MigrationTests {
  @Test func aFilesNameIsItsVersionAndItsName() throws {
    let migration = try Migration(file: "20261122000001_job_queue.sql", sql: "select 1;")
    #expect(migration.version == "20261122000001")
    #expect(migration.name == "job_queue")
    #expect(migration.file == "20261122000001_job_queue.sql")
  }

  @Test(
    arguments: [
      "2026112200001_short", "20261122000001", "20261122000001_", "2026112200000x_a", "queue", "",
    ])
  func anotherNameIsRefused(file: String) {
    let error = #expect(throws: MigrationError.self) { try Migration(file: file, sql: "") }
    #expect(error?.kind == .malformedName)
  }

  /// Caught: a checkout with other line ends taken for an edit.
  @Test func lineEndsAreNoDifference() {
    let unix = Migration(version: "20261122000001", name: "a", sql: "a\nb\r\nc\r")
    let windows = Migration(version: "20261122000001", name: "a", sql: "a\r\nb\r\nc\r")
    #expect(unix.sql == windows.sql)
    #expect(unix.sql == "a\nb\nc\r")
  }

  @Test func aPositionIsOnALine() {
    let migration = Migration(version: "20261122000001", name: "a", sql: "é😀\nselect\nwhat")
    #expect(migration.line(at: 1) == 1)
    #expect(migration.line(at: 3) == 1)
    #expect(migration.line(at: 4) == 2)
    #expect(migration.line(at: 11) == 3)
  }

  @Test func filesAndRecordsAreCompared() {
    func file(_ version: String) -> (migration: Migration, checksum: String) {
      (Migration(version: version, name: "m", sql: ""), "hash \(version)")
    }
    let statuses = MigrationStatus.compare(
      files: [file("4"), file("1"), file("2"), file("3")],
      records: [
        MigrationRecord(version: "1", name: "m", checksum: "hash 1", appliedAt: "then"),
        MigrationRecord(version: "2", name: "m", checksum: "another", appliedAt: "then"),
        MigrationRecord(version: "3", name: "m", checksum: nil, appliedAt: "then"),
        MigrationRecord(version: "9", name: "new", checksum: "x", appliedAt: "then"),
      ])
    #expect(statuses.map(\.version) == ["1", "2", "3", "4", "9"])
    #expect(statuses.map(\.state) == [.applied, .edited, .applied, .pending, .unknown])
    #expect(statuses.map(\.appliedAt) == ["then", "then", "then", nil, "then"])
  }
}
