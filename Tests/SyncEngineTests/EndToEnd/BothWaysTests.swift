import HTTP
import JSON
import Planning
import Postgres
import TestSupport
import Testing

@testable import Mapping

@Suite("What changes in JIRA reaches the row", .requiresPostgres)
struct BothWaysTests {
  /// Catches an echo: the worker's own write of the row would be pushed, pulled and pushed again.
  @Test(arguments: ["sync", "pull"])
  func
    `An edit of the issue is in the row after one run, and the worker's own write enqueues nothing`(
      kind: String
    ) async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.edit(
        key,
        [
          "Notes": adf("from JIRA"), "Workflows": [["value": "WF7"], ["value": "WF3"]],
          "Audited by": "Ada",
        ])
      let before = try await world.outcomes(id).count
      try await world.enqueue(kind, id)
      try await world.drain()
      let row = try await world.row(id)
      #expect(row["notes"] == "from JIRA")
      #expect(row["workflows"] == ["WF3", "WF7"])
      #expect(row["audited_by"] == "Ada")
      #expect(world.jira.writes() == [])
      #expect(try await Array(world.outcomes(id).dropFirst(before)) == ["done"])
      let changes = try await world.run(
        """
        select field, new_value #>> '{}' as new from jira_sync.changes
        where side = 'row' and row_id = \(id) and field = 'notes'
        """
      ).one
      #expect(try changes.get("new", as: String.self) == "from JIRA")
    }
  }

  @Test
  func `A job that may write only JIRA leaves the row alone and asks for one that may`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.edit(key, ["Notes": adf("from JIRA")])
      try await world.run("update public.file_audit set layer_number = 5 where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key)["Layer number"]?.integer == 5)
      #expect(try await world.row(id)["notes"] == "from JIRA")
      #expect(try await world.count("jira_sync.jobs") == 0)
    }
  }

  @Test
  func `A job that may write only the row leaves JIRA alone and asks for one that may`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("update public.file_audit set layer_number = 5 where id = \(id)")
      try await world.run("update jira_sync.jobs set kind = 'pull'")
      try world.jira.edit(key, ["Notes": adf("from JIRA")])
      try await world.drain()
      #expect(try world.jira.issue(key)["Layer number"]?.integer == 5)
      #expect(try await world.row(id)["notes"] == "from JIRA")
      #expect(try await world.count("jira_sync.jobs") == 0)
    }
  }

  @Test
  func `Different fields on both sides: both are kept, and nobody lost`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("update public.file_audit set workflows = '{WF5}' where id = \(id)")
      try world.jira.edit(key, ["Notes": adf("from JIRA")])
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try world.jira.issue(key).options("Workflows") == ["WF5"])
      #expect(try world.jira.issue(key).text("Notes") == "from JIRA")
      #expect(try await world.row(id)["notes"] == "from JIRA")
      #expect(try await world.row(id)["workflows"] == ["WF5"])
      #expect(try await world.count("jira_sync.conflicts") == 0)
    }
  }

  @Test
  func `The same field on both sides: its policy decides, and both values are on record`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set notes = 'the row''s', audited_by = 'Row' where id = \(id)")
      try world.jira.edit(key, ["Notes": adf("JIRA's"), "Audited by": "Jira"])
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try await world.row(id)["notes"] == "the row's")
      #expect(try world.jira.issue(key).text("Notes") == "the row's")
      #expect(try await world.row(id)["audited_by"] == "Jira")
      #expect(try world.jira.issue(key).text("Audited by") == "Jira")
      let conflicts = try await world.run(
        """
        select field, winner, policy, row_value #>> '{}' as row, issue_value #>> '{}' as issue
        from jira_sync.conflicts order by field
        """
      ).rows.map { row in
        try ["field", "winner", "policy", "row", "issue"].map { try row.get($0, as: String.self) }
      }
      #expect(
        conflicts == [
          ["audited_by", "jira", "jira_wins", "Row", "Jira"],
          ["notes", "row", "row_wins", "the row's", "JIRA's"],
        ])
    }
  }

  @Test
  func `The same value on both sides is no conflict, and nothing is written`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("update public.file_audit set notes = 'agreed' where id = \(id)")
      try world.jira.edit(key, ["Notes": adf("agreed")])
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(world.jira.writes() == [])
      #expect(try await world.count("jira_sync.conflicts") == 0)
    }
  }

  @Test
  func `A policy of manual: neither side is touched until a person decides, and it is said once`()
    async throws
  {
    try await withSyncWorld { world in
      var world = world
      for index in world.setup.mapping.fields.indices
      where world.setup.mapping.fields[index].name == "notes" {
        world.setup.mapping.fields[index].conflict = .manual
      }
      let (id, key) = try await world.addLinkedRow()
      try await world.run("update public.file_audit set notes = 'the row''s' where id = \(id)")
      try world.jira.edit(key, ["Notes": adf("JIRA's")])
      for _ in 0..<3 {
        try await world.enqueue("sync", id)
        try await world.drain()
      }
      #expect(try await world.row(id)["notes"] == "the row's")
      #expect(try world.jira.issue(key).text("Notes") == "JIRA's")
      #expect(try await world.count("jira_sync.conflicts where winner = 'open'") == 1)
      #expect(
        try await world.run("select open_conflicts from jira_sync.status").one.get(
          "open_conflicts", as: Int.self) == 1)
    }
  }

  @Test
  func `Resolved in JIRA: the row has no debt any more, and says when and by whom`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.move(
        key, along: ["Start work", "Ask for review", "Approve"], resolution: "Fixed")
      try await world.enqueue("pull", id)
      try await world.drain()
      let row = try await world.row(id)
      #expect(row["has_technical_debt"] == false)
      #expect(row["audit_status"] == "COMPLETED")
      #expect(row["audit_date"]?.string != nil)
      #expect(row["audited_by"] == "Alex Example")
      let issue = try world.jira.issue(key)
      #expect(issue.status == "Done")
      #expect(issue.text("Audited by") == "Alex Example")
      #expect(try await world.link(id).error == nil)
    }
  }

  @Test
  func `Closed in JIRA as Won't Do: the row keeps its debt`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.move(
        key, along: ["Start work", "Ask for review", "Approve"], resolution: "Won't Do")
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try await world.row(id)["has_technical_debt"] == true)
      #expect(try await world.row(id)["audit_status"] == "COMPLETED")
      #expect(try world.jira.issue(key).status == "Done")
    }
  }

  /// Catches a worker that writes what it planned from an older row.
  @Test
  func
    `The row changes between the look and the write: it is planned anew, and the newer value wins`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.edit(key, ["Notes": adf("JIRA's")])
      try await world.enqueue("sync", id)
      let other = try await world.database.connect()
      let once = Once()
      try await world.drain { setup in
        setup.hooks.after = { request in
          guard request.url.hasSuffix("/issue/bulkfetch"), once.isFirst() else { return }
          await once.attempt {
            _ = try await other.query(
              "update public.file_audit set notes = 'newer' where id = \(id)",
              doing: "editing meanwhile")
          }
        }
      }
      await other.close()
      #expect(once.error == nil)
      #expect(try await world.row(id)["notes"] == "newer", "an edit is never overwritten unseen")
      #expect(try world.jira.issue(key).text("Notes") == "newer", "both changed: the row wins")
      #expect(
        try await world.count("jira_sync.conflicts where field = 'notes' and winner = 'row'") == 1)
    }
  }

  @Test
  func `Moved to another project: the row follows the new key under the same id`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.moveToProject(key, as: "OTHER-7")
      try await world.run("update public.file_audit set notes = 'still here' where id = \(id)")
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      #expect(link.issueKey == "OTHER-7")
      #expect(try world.jira.issue("OTHER-7").text("Notes") == "still here")
      #expect(try await world.row(id)["jira_tickets"] == [.string(key), "OTHER-7"])
    }
  }
}
