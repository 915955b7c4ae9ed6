import Testing

@testable import Postgres

/// What is written to a folder, without a database.
@Suite struct MigrationExportTests {
  private let now = MigrationStamp("20261201120000")

  private func migration(_ version: String, _ name: String) -> HashedFile<Migration> {
    HashedFile(
      file: Migration(version: version, name: name, sql: "create \(name);"), checksum: "h_\(name)")
  }

  private func function(_ name: String, _ text: String = "1") -> HashedFile<RepeatableMigration> {
    HashedFile(file: RepeatableMigration(name: name, sql: "replace;"), checksum: "h_\(text)")
  }

  private func export(
    _ files: MigrationFiles, _ records: MigrationRecords = MigrationRecords(),
    folder: [ExportedFile] = []
  ) throws -> [ExportedFile] {
    try MigrationExport(
      comparison: MigrationComparison(files: files, records: records),
      history: ExportHistory(files: folder), schema: "jira_sync"
    ).files(now: try #require(now))
  }

  /// What a database has after some files, ours or exported ones, were applied.
  private func records(_ files: MigrationFiles) -> MigrationRecords {
    MigrationRecords(
      migrations: files.migrations.map {
        MigrationRecord(version: $0.file.version, name: $0.file.name, checksum: $0.checksum)
      },
      functions: files.functions.map {
        RepeatableRecord(name: $0.file.name, checksum: $0.checksum)
      })
  }

  private var all: MigrationFiles {
    MigrationFiles(
      migrations: [migration("20261130000001", "queue"), migration("20261130000002", "links")],
      functions: [function("10_queue"), function("90_rights")])
  }

  @Test func `an empty database and an empty folder get everything in order`() throws {
    let files = try export(all)
    #expect(
      files.map(\.name) == [
        "20261201120000_jira_sync_queue.sql", "20261201120001_jira_sync_links.sql",
        "20261201120002_jira_sync_functions_10_queue.sql",
        "20261201120003_jira_sync_functions_90_rights.sql",
      ])
    #expect(
      files[0].text == """
        -- jira-sync migration 20261130000001_queue sha256:h_queue
        -- Written by `jira-sync migrate --export`; do not edit it.
        create queue;
        update "jira_sync".migrations set checksum = 'h_queue'
        where version = '20261130000001';
        update "jira_sync".repeatable_migrations set checksum = null
        where checksum is not null;

        """)
    #expect(
      files[2].text == """
        -- jira-sync functions 10_queue sha256:h_1
        -- Written by `jira-sync migrate --export`; do not edit it.
        replace;
        insert into "jira_sync".repeatable_migrations (name, checksum)
        values ('10_queue', 'h_1')
        on conflict (name) do update set checksum = excluded.checksum, applied_at = now();
        update "jira_sync".repeatable_migrations set checksum = null
        where checksum is not null and name = '90_rights';

        """)
    #expect(try export(all, folder: files).isEmpty)
    #expect(try export(all, records(all), folder: files).isEmpty)
    #expect(try export(all, records(all)).isEmpty)
  }

  @Test func `stamps come after every file of the folder`() throws {
    let folder = [
      ExportedFile(name: "20261231235959_users.sql", text: "select 1;"),
      ExportedFile(name: "99_other.sql", text: ""), ExportedFile(name: "README.md", text: ""),
    ]
    #expect(
      try export(all, folder: folder).prefix(2).map(\.name) == [
        "20270101000000_jira_sync_queue.sql", "20270101000001_jira_sync_links.sql",
      ])
    let error = #expect(throws: MigrationError.self) {
      try export(all, folder: [ExportedFile(name: "99991231235959_last.sql", text: "")])
    }
    #expect(error?.message.contains("year 9999") == true)
  }

  @Test func `a changed function is written with the rights, and once`() throws {
    var newer = all
    newer.functions[0] = function("10_queue", "2")
    let folder = try export(all)
    let more = try export(newer, records(all), folder: folder)
    #expect(
      more.map { String($0.name.dropFirst(15)) } == [
        "jira_sync_functions_10_queue.sql", "jira_sync_functions_90_rights.sql",
      ])
    #expect(try export(newer, records(all), folder: folder + more).isEmpty)
    #expect(try export(newer, records(newer), folder: folder).isEmpty)
    // The first of the two files was written, then the program was killed.
    #expect(
      try export(newer, records(all), folder: folder + more.prefix(1)).map {
        String($0.name.dropFirst(15))
      } == ["jira_sync_functions_90_rights.sql"])
    // Back to the text of before, after both were applied.
    #expect(try export(all, records(newer), folder: folder + more).count == 2)
  }

  @Test func `a new migration is followed by all functions`() throws {
    var newer = all
    newer.migrations.append(migration("20261130000003", "sites"))
    let folder = try export(all)
    let more = try export(newer, records(all), folder: folder)
    #expect(
      more.map { String($0.name.dropFirst(15)) } == [
        "jira_sync_sites.sql", "jira_sync_functions_10_queue.sql",
        "jira_sync_functions_90_rights.sql",
      ])
    #expect(try export(newer, records(all), folder: folder + more).isEmpty)
    // Only the migration was written, then the program was killed.
    #expect(try export(newer, records(all), folder: folder + more.prefix(1)).count == 2)
    #expect(try export(newer, records(all), folder: folder + more.prefix(2)).count == 1)
  }

  @Test func `of a newer schema no functions are written`() throws {
    var newer = all
    newer.migrations.append(migration("20261130000003", "sites"))
    var older = all
    older.functions[0] = function("10_queue", "0")
    #expect(try export(older, records(newer)).isEmpty)
    let folder = try export(newer)
    #expect(try export(older, folder: folder).isEmpty)
  }

  @Test func `an edited file is refused, in the database and in the folder`() throws {
    let folder = try export(all)
    var edited = all
    edited.migrations[1].checksum = "another"
    for (records, folder) in [(records(all), []), (MigrationRecords(), folder)] {
      let error = #expect(throws: MigrationError.self) {
        try export(edited, records, folder: folder)
      }
      #expect(error?.kind == .edited)
      #expect(error?.file == "20261130000002_links.sql")
    }
  }

  @Test func `headers are found wherever they stand`() {
    let header = ExportHeader(kind: .functions, name: "10_queue", checksum: "ab")
    #expect(ExportHeader.all(in: "-- ours\r\n\(header.line)\r\nselect 1;") == [header])
    #expect(ExportHeader.all(in: "-- jira-sync is fine\n-- jira-sync other a sha256:b").isEmpty)
  }
}
