import HTTP
import JSON
import Jira
import JobQueue
import Postgres
import SyncEngine
import TestSupport
import Testing

/// What `link` and `unlink` do.
@Suite("Linking by hand", .requiresPostgres)
struct ManualLinkTests {
  /// Runs something with the two hands that a command has: a connection, and a client.
  private func byHand<Value>(
    _ world: SyncWorld, _ body: (ManualLinks) async throws -> Value
  ) async throws -> Value {
    let transport = CurlClient()
    let client = JiraClient(
      configuration: try JiraConfiguration(
        baseURL: world.jira.baseURL, credentials: world.setup.credentials, dialect: .cloud),
      transport: transport)
    do {
      let value = try await body(ManualLinks(connection: world.sql, client: client))
      await transport.shutdown()
      return value
    } catch {
      await transport.shutdown()
      throw error
    }
  }

  private func expect(
    _ refusal: LinkError, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
  ) async throws {
    do {
      try await body()
      Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let error as LinkError {
      #expect(error == refusal, sourceLocation: sourceLocation)
    }
  }

  private func newIssue(_ world: SyncWorld, summary: String = "by hand") throws -> String {
    let made = try world.jira.ask(
      "POST", "/issue",
      [
        "fields": [
          "project": ["key": "SCRSKY"], "issuetype": ["id": "10001"], "summary": .string(summary),
        ]
      ])
    return try #require(made["key"]?.string)
  }

  @Test
  func
    `A row and an issue that a user made: linked, in sync after the job, nothing else is made`()
    async throws
  {
    try await withSyncWorld { world in
      try await world.drain()
      let id = try await world.addRow()
      let key = try newIssue(world)
      let done = try await byHand(world) { try await $0.link(key, to: RowKey(id)) }
      #expect(done.label == "src/file1.py")
      #expect(done.issueKey == key)
      #expect(done.jobID != nil)
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      #expect(link.issueKey == key)
      #expect(link.error == nil)
      #expect(try world.jira.issues().map(\.key) == [key])
      #expect(try world.jira.issue(key).text("File path") == "src/file1.py")
      #expect(try await world.row(id)["jira_tickets"] == [.string(key)])
    }
  }

  @Test
  func `What cannot be is refused in words, and nothing changes`() async throws {
    try await withSyncWorld { world in
      let (first, firstKey) = try await world.addLinkedRow()
      let (second, secondKey) = try await world.addLinkedRow(2)
      try await byHand(world) { hand in
        try await expect(.unknownIssue("SCRSKY-999")) {
          _ = try await hand.link("SCRSKY-999", to: RowKey(first))
        }
        try await expect(.rowHasIssue(row: "src/file1.py", issue: firstKey)) {
          _ = try await hand.link(secondKey, to: RowKey(first))
        }
        try await expect(.unknownRow(RowKey(4_711))) {
          _ = try await hand.link(firstKey, to: RowKey(4_711))
        }
        let third = try #require(try await world.addRows(1, from: 3, debt: false).first)
        try await expect(.issueTaken(issue: secondKey, by: "src/file2.py")) {
          _ = try await hand.link(secondKey, to: RowKey(third))
        }
        try world.jira.moveToProject(secondKey, as: "OTHER-1")
        try await expect(.otherProject(issue: "OTHER-1", project: "ELSEWHERE", bound: "SCRSKY")) {
          _ = try await hand.link(secondKey, to: RowKey(third))
        }
      }
      #expect(try await world.link(first).issueKey == firstKey)
      #expect(try await world.link(second).issueKey == secondKey)
    }
  }

  @Test
  func `By force an issue changes its row, and the row that had it makes none anew`() async throws {
    try await withSyncWorld { world in
      let (first, firstKey) = try await world.addLinkedRow()
      let (second, secondKey) = try await world.addLinkedRow(2)
      let done = try await byHand(world) {
        try await $0.link(secondKey, to: RowKey(first), force: true)
      }
      #expect(done.replaced == firstKey)
      #expect(done.takenFrom == "src/file2.py")
      try await world.enqueue("push", second)
      try await world.drain()
      #expect(try await world.link(first).issueKey == secondKey)
      #expect(try await world.link(second).state == "unlinked")
      #expect(try world.jira.issues().count == 2)
      #expect(try world.jira.issue(secondKey).text("File path") == "src/file1.py")
    }
  }

  /// Catches a link that a worker then overwrites with the issue that it was just making.
  @Test
  func `While an issue is being made for the row, or looked for, nothing is linked`() async throws {
    try await withSyncWorld { world in
      let (_, otherKey) = try await world.addLinkedRow(9)
      let id = try await world.addRow()
      let gate = FirstTaskGate()
      let worker = try world.startWorker { setup in
        setup.hooks.before = { if $0.makesIssues { await gate.stopHere() } }
      }
      await gate.reached()
      try await byHand(world) { hand in
        try await expect(.rowIsBusy(row: "src/file1.py")) {
          _ = try await hand.link(otherKey, to: RowKey(id), force: true)
        }
        try await expect(.rowIsBusy(row: "src/file1.py")) {
          _ = try await ManualLinks.unlink(RowKey(id), on: world.sql)
        }
      }
      try await worker.stopAtOnce()
      try await expect(.creationUnderWay(row: "src/file1.py")) {
        _ = try await ManualLinks.unlink(RowKey(id), on: world.sql)
      }
      try await world.drain { $0.row.lookupTimes = [.zero] }
      #expect(try await world.link(id).state == "linked")
      #expect(try world.jira.issues().count == 2)
    }
  }

  @Test
  func `Unlinked: neither side is written any more, no issue is made, and it can be linked again`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let done = try await ManualLinks.unlink(RowKey(id), on: world.sql)
      #expect(done.issueKey == key)
      try await world.run("update public.file_audit set notes = 'alone' where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).state == "unlinked")
      #expect(try world.jira.issue(key).text("Notes") == nil)
      #expect(try world.jira.issues().count == 1)
      try await expect(.notLinked(row: "src/file1.py")) {
        _ = try await ManualLinks.unlink(RowKey(id), on: world.sql)
      }
      _ = try await byHand(world) { try await $0.link(key, to: RowKey(id)) }
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "alone")
    }
  }

  @Test
  func `A row without an issue can be told never to have one`() async throws {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      #expect(try await ManualLinks.unlink(RowKey(id), on: world.sql).issueKey == nil)
      try await world.drain()
      #expect(try world.jira.issues().isEmpty)
      #expect(try await world.link(id).state == "unlinked")
    }
  }
}
