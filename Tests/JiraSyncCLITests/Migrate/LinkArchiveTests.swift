import Foundation
import JSON
import Postgres
import TestSupport
import Testing

@testable import JiraSyncCLI

/// Links that are saved from one schema and restored into another.
@Suite(.requiresPostgres)
struct LinkArchiveTests {
  /// A database with the tables of one shape, and a folder for files.
  private func with(
    _ shape: String, _ body: (PostgresConnection, URL) async throws -> Void
  ) async throws {
    try await withDatabase(migrated: false) { database in
      try await Program.withFolder { program in
        let connection = try await database.connect()
        try await connection.script(shape, doing: "making tables")
        try await body(connection, program.folder)
        await connection.close()
      }
    }
  }

  private func exchange(_ shape: String, on connection: PostgresConnection) async throws {
    try await connection.script(
      "drop schema jira_sync cascade; \(shape)", doing: "installing another schema")
  }

  private func rows(_ sql: SQL, _ connection: PostgresConnection) async throws -> [String] {
    try await connection.query(
      "select to_jsonb(r)::text as line from (\(sql)) as r", doing: "reading rows"
    ).rows.map { row in try row.get("line") }
  }

  private func save(_ connection: PostgresConnection, _ file: URL) async throws {
    _ = try await LinkArchiveWriter(path: file.path).write(from: connection, database: "here")
  }

  private func restore(_ connection: PostgresConnection, _ file: URL) async throws
    -> LinkArchiveCounts
  {
    try await LinkRestore(connection: connection).restore(try LinkArchiveReader(path: file.path))
  }

  private func text(_ lines: [String]) -> Data { Data((lines.joined(separator: "\n") + "\n").utf8) }

  private let link = #"{"link": {"table_name": "bugs", "row_id": "1", "label": "a"}}"#
  private let header = LinkArchiveFormat.header.text

  @Test func `links of the unreleased schema arrive under their new names`() async throws {
    try await with(LinkShapes.unreleased) { connection, folder in
      let old = try await rows(
        """
        select file_audit_id::text as row_id, 'file_audit' as table_name, file_path as label, issue_id, issue_key,
          marker, state, last_error, issue_updated, synced_at, base, base_raw, write_token, attempted_at,
          looks as creation_lookups, created_at, missed_sweeps, farewell as deletion_action, released,
          turns as side_changes, ended_as from jira_sync.links order by id
        """, connection)
      let file = folder.appending(path: "links.jsonl")
      let counts = try await LinkArchiveWriter(path: file.path).write(
        from: connection, database: "here")
      #expect(counts.text == "3 links, 1 open conflicts and 1 watermarks")
      let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
      #expect(mode as? Int == 0o600)

      try await exchange(LinkShapes.present, on: connection)
      #expect(try await restore(connection, file) == counts)
      let new = try await rows(
        """
        select row_id, table_name, label, issue_id, issue_key, marker, state, last_error, issue_updated, synced_at,
          base, base_raw, write_token, attempted_at, creation_lookups, created_at, missed_sweeps, deletion_action,
          released, side_changes, ended_as from jira_sync.links order by id
        """, connection)
      #expect(new == old)
      #expect(new.count == 3)
      #expect(
        try await rows("select base_url, project_key, deployment from jira_sync.site", connection)
          == [
            #"{"base_url": "https://example.atlassian.net", "deployment": "cloud", "project_key": "SCRSKY"}"#
          ])
      #expect(
        try await rows(
          "select project_key, watermark, absolute_time from jira_sync.polls", connection)
          == [#"{"watermark": 1764374400123, "project_key": "SCRSKY", "absolute_time": true}"#])
      #expect(
        try await rows(
          """
          select at at time zone 'UTC' as at, table_name, row_id, field, columns, base, row_value, issue_value,
            winner, job_id, reason from jira_sync.conflicts
          """, connection) == [
            #"{"at": "2026-11-03T10:00:00", "base": "old", "field": "notes", "job_id": null, "#
              + #""reason": "both_changed", "row_id": "1", "winner": "open", "columns": ["notes", "a b"], "#
              + #""row_value": "row", "table_name": "file_audit", "issue_value": "issue"}"#
          ])
    }
  }

  @Test func `what the present schema saves, it restores`() async throws {
    try await with(LinkShapes.present) { connection, folder in
      _ = try await connection.query(
        """
        insert into jira_sync.links (table_name, row_id, label, issue_id, state, base)
        select 'bugs', format('["de","%s"]', n), 'label ' || n, n::text, 'linked', jsonb_build_object('n', n)
        from generate_series(1, 1234) as n
        """, doing: "filling")
      let before = try await rows("select * from jira_sync.links order by id", connection)
      let file = folder.appending(path: "links.jsonl")
      try await save(connection, file)
      try await exchange(LinkShapes.present, on: connection)
      #expect(try await restore(connection, file)["link"] == 1234)
      // The ids are given anew, in the same order.
      #expect(try await rows("select * from jira_sync.links order by id", connection) == before)
    }
  }

  @Test func `a schema that has links is left as it is`() async throws {
    try await with(LinkShapes.unreleased) { connection, folder in
      let file = folder.appending(path: "links.jsonl")
      try await save(connection, file)
      try await exchange(LinkShapes.present, on: connection)
      _ = try await restore(connection, file)
      let error = await #expect(throws: CommandFailure.self) {
        try await restore(connection, file)
      }
      #expect(error?.status == .failed)
      #expect(error?.description.contains("jira_sync.links is not empty") == true)
      #expect(try await rows("select id from jira_sync.links", connection).count == 3)
    }
  }

  @Test func `a database of another site is left as it is`() async throws {
    try await with(LinkShapes.unreleased) { connection, folder in
      let file = folder.appending(path: "links.jsonl")
      try await save(connection, file)
      try await exchange(LinkShapes.present, on: connection)
      _ = try await connection.query(
        """
        insert into jira_sync.site (base_url, project_key, deployment)
        values ('https://other.example.com', 'A', 'server')
        """, doing: "binding")
      let error = await #expect(throws: CommandFailure.self) {
        try await restore(connection, file)
      }
      #expect(error?.description.contains("belongs to https://other.example.com") == true)
      #expect(try await rows("select id from jira_sync.links", connection).isEmpty)
    }
  }

  @Test func `a file that cannot be used names its line, and nothing is restored`() async throws {
    try await with(LinkShapes.present) { connection, folder in
      let end = #"{"end": {"link": 1}}"#
      let cases: [(lines: [String], line: Int, message: String)] = [
        ([""], 1, "cannot be read as JSON"), (["hello"], 1, "cannot be read as JSON"),
        ([#"{"format": "other"}"#], 1, "no file of --save-links"),
        ([#"{"format": "jira-sync links", "version": 2}"#], 1, "version is unknown"),
        ([header, link], 2, "not saved completely"), ([header, link, "{"], 3, "read as JSON"),
        ([header, "", end], 2, "read as JSON"), ([header, "[1]"], 2, "one member"),
        ([header, #"{"pair": {"a": 1}}"#], 2, "record 'pair' is unknown"),
        ([header, #"{"link": {"path": "a"}}"#], 2, "no column 'path'"),
        ([header, end], 2, "saved with 1 records 'link' and has 0"),
        (
          [
            header, link, #"{"link": {"table_name": "b", "row_id": "2"}}"#,
            #"{"end": {"link": 2}}"#,
          ], 3,
          "refuses it"
        ),
        (
          [
            header, link,
            #"{"link": {"table_name": "b", "row_id": "2", "label": "c", "marker": null}}"#,
            #"{"link": {"table_name": "b", "row_id": "3", "label": "a", "marker": "no uuid"}}"#,
            #"{"end": {"link": 3}}"#,
          ], 4, "22P02"
        ),
      ]
      for (lines, line, message) in cases {
        let file = folder.appending(path: "\(UUID().uuidString).jsonl")
        try text(lines).write(to: file)
        let error = await #expect(throws: LinkArchiveError.self, "\(lines)") {
          try await restore(connection, file)
        }
        #expect(error?.line == line, "\(lines)")
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
        #expect(error.map { ErrorReport($0).status } == .usage)
        #expect(try await rows("select id from jira_sync.links", connection).isEmpty)
      }
    }
  }

  @Test func `a file that exists is not written over`() async throws {
    try await with(LinkShapes.present) { connection, folder in
      let file = folder.appending(path: "links.jsonl")
      try Data("mine".utf8).write(to: file)
      let error = await #expect(throws: LinkArchiveError.self) { try await save(connection, file) }
      #expect(error?.message.contains("it exists") == true)
      #expect(try String(contentsOf: file, encoding: .utf8) == "mine")
    }
  }

  @Test func `without links there is no file`() async throws {
    try await with("create schema jira_sync;") { connection, folder in
      let file = folder.appending(path: "links.jsonl")
      let error = await #expect(throws: CommandFailure.self) { try await save(connection, file) }
      #expect(error?.status == .failed)
      #expect(!FileManager.default.fileExists(atPath: file.path))
    }
  }

  @Test func `lines of any length are read as they are`() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer {
      do { try FileManager.default.removeItem(at: file) } catch { print("left behind: \(error)") }
    }
    let lines = ["", String(repeating: "ä", count: 400_000), "b", "", "last"]
    try Data(lines.joined(separator: "\n").utf8).write(to: file)
    var reader = LineReader(file: try FileHandle(forReadingFrom: file))
    var read: [String] = []
    while let line = try reader.next() { read.append(String(decoding: line, as: UTF8.self)) }
    #expect(read == lines)
  }
}
