import HTTP
import JSON
import JobQueue
import Postgres
import SyncEngine
import TestSupport
import Testing

@Suite("Rows that go and come", .requiresPostgres)
struct DeletionTests {
  @Test
  func `DELETE ends the link and leaves the issue as it is`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("delete from public.file_audit where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).state == "row_gone")
      #expect(try await world.link(id).issueKey == key)
      #expect(world.jira.writes() == [])
      #expect(try world.jira.issue(key).status == "To Do")
      #expect(try await world.count("jira_sync.jobs") == 0)
    }
  }

  /// Catches a link that hangs on the id alone: the new file would overwrite the old one's issue.
  @Test
  func `A row that takes the id of a deleted one, with another path, gets an issue of its own`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("delete from public.file_audit where id = \(id)")
      try await world.addRows(from: 2)
      try await world.run("update public.file_audit set id = \(id)")
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      #expect(link.label == "src/file2.py")
      #expect(link.issueKey != key)
      #expect(
        try world.jira.issues().map { $0.text("File path") } == ["src/file1.py", "src/file2.py"])
      #expect(try world.jira.issue(key).text("Summary") == "[0001] src/file1.py — debt of file 1")
    }
  }

  /// Broken variant: a job of the new row that does not wait for the mark of TRUNCATE writes it into the old row's issue.
  @Test func `after TRUNCATE another row with the same id gets an issue of its own`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.transaction([
        "truncate public.file_audit restart identity", SyncWorld.insertion(from: 2),
        // The job that reconciles the mark comes late.
        "delete from jira_sync.jobs where kind = 'full_sync'",
      ])
      try await world.drain(within: .milliseconds(1))
      #expect(try world.jira.issue(key).text("Summary") == "[0001] src/file1.py — debt of file 1")
      try await world.run(
        "insert into jira_sync.jobs (kind, args) values ('full_sync', '{\"marks\": true}')")
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      #expect(link.label == "src/file2.py")
      #expect(link.issueKey != key)
      #expect(try world.jira.issue(key).text("Summary") == "[0001] src/file1.py — debt of file 1")
      #expect(try await world.count("jira_sync.marks") == 0)
    }
  }

  @Test
  func `A row that comes back with id and path keeps its issue, and what changed is sent`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.transaction([
        "delete from public.file_audit where id = \(id)",
        "select setval('public.file_audit_id_seq', \(id), false)", SyncWorld.insertion(),
        "update public.file_audit set notes = 'reloaded' where id = \(id)",
      ])
      try await world.drain()
      #expect(try await world.link(id).issueKey == key)
      #expect(try await world.link(id).state == "linked")
      #expect(try world.jira.issues().count == 1)
      #expect(try world.jira.issue(key).text("Notes") == "reloaded")
      #expect(try await world.row(id)["jira_tickets"] == [.string(key)])
    }
  }

  @Test
  func `Deleted, seen by a worker, and loaded again under the same id: the issue is kept`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("delete from public.file_audit where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).state == "row_gone")
      try await world.run("select setval('public.file_audit_id_seq', \(id), false)")
      try await world.addRows()
      try await world.drain()
      #expect(try await world.link(id).issueKey == key)
      #expect(try await world.link(id).state == "linked")
      #expect(try world.jira.issues().count == 1)
    }
  }

  /// Catches links by id: a nightly reload would make every issue anew.
  @Test(arguments: [true, false])
  func `TRUNCATE and a reload with new ids keep the issues, by path`(inOneTransaction: Bool)
    async throws
  {
    try await withSyncWorld { world in
      let old = try await world.addRows(30)
      try await world.drain()
      world.jira.forgetCalls()
      var keys: [String: String] = [:]
      for id in old {
        let link = try await world.link(id)
        keys[link.label] = link.issueKey
      }
      let reload = [
        SyncWorld.insertion(31),
        "update public.file_audit set notes = 'again' where file_number = '0005'",
      ]
      if inOneTransaction {
        try await world.transaction(["truncate public.file_audit"] + reload)
      } else {
        try await world.run("truncate public.file_audit")
        try await world.drain()
        try await world.transaction(reload)
      }
      try await world.drain()
      let new: [Int64] = try await world.run(
        "select id from public.file_audit order by file_path = 'src/file31.py', id"
      ).rows
        .map { try $0.get("id") }
      #expect(Set(old).isDisjoint(with: new))
      for id in new.dropLast() {
        let link = try await world.link(id)
        #expect(link.state == "linked")
        #expect(link.issueKey == keys[link.label])
        #expect(try await world.row(id)["jira_tickets"] == [.string(link.issueKey ?? "")])
      }
      #expect(try world.jira.issues().count == 31, "one more row, one more issue")
      #expect(world.jira.creations().count == 1)
      let fifth = try #require(keys["src/file5.py"])
      #expect(try world.jira.issue(fifth).text("Notes") == "again")
      #expect(
        world.jira.writes().filter { $0.method == "PUT" }.count == 1,
        "rows that came back unchanged write nothing: \(world.jira.writes())")
    }
  }

  @Test
  func
    `A row that is deleted while its issue is being made leaves no link to a row that is not there`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      let other = try await world.database.connect()
      let once = Once()
      try await world.drain { setup in
        setup.hooks.after = { request in
          guard request.makesIssues, once.isFirst() else { return }
          await once.attempt {
            _ = try await other.query(
              "delete from public.file_audit where id = \(id)", doing: "deleting meanwhile")
          }
        }
      }
      await other.close()
      #expect(once.error == nil)
      #expect(try await world.link(id).state == "row_gone")
      #expect(try world.jira.issues().count == 1)
      #expect(try await world.count("jira_sync.jobs") == 0)
    }
  }

  /// Catches a link that hangs on an id which is no key for ever.
  @Test
  func `An UPDATE of the id: the row keeps its issue, and edits go on`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("update public.file_audit set id = id + 1000, notes = 'moved on'")
      try await world.drain()
      #expect(try await world.link(id + 1000).issueKey == key)
      #expect(try await world.link(id + 1000).state == "linked")
      #expect(try world.jira.issue(key).text("Notes") == "moved on")
      #expect(try world.jira.issues().count == 1)
      #expect(try await world.count("jira_sync.jobs") == 0)
    }
  }

  @Test
  func `All ids move up by one in one statement: each row keeps its own issue`() async throws {
    try await withSyncWorld { world in
      let ids = try await world.addRows(4)
      try await world.drain()
      var keys: [String: String] = [:]
      for id in ids {
        let link = try await world.link(id)
        keys[link.label] = link.issueKey
      }
      // Unique keys are checked row by row, so upwards from the last.
      try await world.transaction(
        ids.reversed().map { "update public.file_audit set id = id + 1 where id = \($0)" })
      try await world.drain()
      let links = try await world.run(
        """
        select f.file_path, l.issue_key from public.file_audit as f
        left join jira_sync.links as l on l.row_id = f.id::text and l.state = 'linked'
        """
      ).rows
      #expect(links.count == 4)
      for link in links {
        #expect(
          try link.get("issue_key", as: String?.self) == keys[try link.get("file_path")])
      }
      #expect(try world.jira.issues().count == 4)
    }
  }

  @Test
  func `A row without debt that gets another id keeps its issue, too`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("update public.file_audit set has_technical_debt = false")
      try await world.drain()
      try await world.run("update public.file_audit set id = id + 1000")
      try await world.drain()
      #expect(try await world.link(id + 1000).issueKey == key)
      try await world.run("update public.file_audit set notes = 'still in sync'")
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "still in sync")
    }
  }

  /// Catches a search for the row's old path, which nobody has any more: a second issue.
  @Test
  func `A row that gets another id and another path in one statement keeps its issue`() async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set id = id + 1000, file_path = 'src/moved.py' where id = \(id)")
      try await world.drain()
      let link = try await world.link(id + 1000)
      #expect(link.state == "linked" && link.issueKey == key && link.label == "src/moved.py")
      #expect(try world.jira.issues().map(\.key) == [key])
      #expect(try world.jira.issue(key).text("File path") == "src/moved.py")
    }
  }

  /// What happened to rows before a reload, and which of two issues the row of `src/file2.py` gets.
  struct Reload: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let steps: [SQL]
    /// The number of the row whose issue it is.
    let heir: Int

    static let all = [
      Reload(
        testDescription: "the other was renamed to it, and truncated",
        steps: [
          "delete from public.file_audit where file_path = 'src/file2.py'",
          "update public.file_audit set file_path = 'src/file2.py' where file_path = 'src/file1.py'",
          "truncate public.file_audit",
        ], heir: 1),
      Reload(
        testDescription: "the other was renamed to it, and deleted",
        steps: [
          "delete from public.file_audit where file_path = 'src/file2.py'",
          "update public.file_audit set file_path = 'src/file2.py' where file_path = 'src/file1.py'",
          "delete from public.file_audit",
        ], heir: 1),
      Reload(
        testDescription: "the two exchanged their paths, and the first was deleted later",
        steps: [
          "update public.file_audit set file_path = 'x' where file_path = 'src/file1.py'",
          "update public.file_audit set file_path = 'src/file1.py' where file_path = 'src/file2.py'",
          "update public.file_audit set file_path = 'src/file2.py' where file_path = 'x'",
          "truncate public.file_audit",
        ], heir: 1),
      Reload(
        testDescription: "neither was renamed", steps: ["truncate public.file_audit"], heir: 2),
      Reload(
        testDescription: "the other was renamed away from it",
        steps: [
          "update public.file_audit set file_path = 'src/file3.py' where file_path = 'src/file1.py'",
          "truncate public.file_audit",
        ], heir: 2),
    ]
  }

  /// Broken variant: the link with the greatest id.
  @Test(arguments: Reload.all, [true, false])
  func `a reload gives a row the issue that carried its path last`(
    reload: Reload, isWorkerThere: Bool
  ) async throws {
    try await withSyncWorld { world in
      let (_, first) = try await world.addLinkedRow(1)
      let (_, second) = try await world.addLinkedRow(2)
      for step in reload.steps {
        try await world.run(step)
        if isWorkerThere { try await world.drain() }
      }
      let id = try await world.addRow(2)
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.issueKey == (reload.heir == 1 ? first : second))
      #expect(link.state == "linked" && link.error == nil)
      #expect(try world.jira.issues().count == 2)
      let other = try world.jira.issue(reload.heir == 1 ? second : first)
      if reload.heir == 1, reload.steps.count == 3 {
        #expect(other.text("File path") != nil)
      }
    }
  }

  /// Catches a link that begins anew with the row, whatever a person said of it.
  @Test
  func `What a person unlinked stays so when the row is loaded again, with an issue or without`()
    async throws
  {
    try await withSyncWorld { world in
      let (first, key) = try await world.addLinkedRow(1)
      let second = try await world.addRow(2)
      for id in [first, second] { _ = try await ManualLinks.unlink(RowKey(id), on: world.sql) }
      try await world.drain()
      try await world.transaction(["delete from public.file_audit"])
      try await world.drain()
      let ids = try await world.addRows(2)
      try await world.drain()
      for id in ids { #expect(try await world.link(id).state == "unlinked") }
      #expect(try world.jira.issues().map(\.key) == [key])
      try world.jira.edit(key, ["Notes": adf("not for the row")])
      try await world.poll()
      #expect(try await world.row(ids[0])["notes"]?.string == nil)
    }
  }

  /// Catches the second issue of a row whose first one JIRA made without anybody knowing.
  @Test
  func
    `Deleted while nobody knows whether its issue was made, and loaded under a new id: one issue`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      try world.jira.fail("POST", "/issue", "reset-after-commit")
      let worker = try world.startWorker { $0.row.lookupTimes = [.seconds(3_600)] }
      try await world.wait(
        until: "exists (select from jira_sync.links where state = 'create_unknown')")
      try await worker.stop()
      try await world.transaction([
        "delete from public.file_audit where id = \(id)", SyncWorld.insertion(),
      ])
      try await world.drain()
      let new: Int64 = try await world.run("select id from public.file_audit").one.get("id")
      #expect(new != id)
      #expect(try await world.link(new).state == "linked")
      #expect(try world.jira.issues().count == 1)
      #expect(try await world.link(new).issueKey == world.jira.issues().first?.key)
    }
  }
}
