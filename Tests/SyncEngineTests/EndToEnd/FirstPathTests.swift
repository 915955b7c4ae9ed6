import JSON
import Postgres
import TestSupport
import Testing

@Suite("A row with debt becomes an issue", .requiresPostgres)
struct FirstPathTests {
  @Test
  func `The issue has all that the row says, and the row and its link name the issue`() async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow(7)
      try await world.run(
        """
        update public.file_audit
        set technical_debt = E'Raw SQL.\nSeverity: HIGH.\n\nSee the wiki.', notes = 'ask Ada',
          audited_by = 'Grace', audit_date = '2026-03-01 10:20:30', jira_tickets = '{OLD-1,OLD-2}'
        where id = \(id)
        """)
      try await world.drain()

      let issue = try #require(try world.jira.issues().first)
      #expect(issue.key == "SCRSKY-1001")
      #expect(issue.text("Summary") == "[0007] src/file7.py — Raw SQL.")
      #expect(issue["Description"]?["type"] == "doc", "JIRA Cloud takes ADF and nothing else")
      #expect(issue.text("Description") == "Raw SQL.\nSeverity: HIGH.\n\nSee the wiki.")
      #expect(issue.text("Technical debt") == "Raw SQL.\nSeverity: HIGH.\n\nSee the wiki.")
      #expect(issue.text("File path") == "src/file7.py")
      #expect(issue.text("File name") == "file7.py")
      #expect(issue.text("File number") == "0007")
      #expect(issue["Layer number"]?.integer == 3)
      #expect(issue.text("Layer") == "Routers")
      #expect(issue.text("File status") == "NOVEL")
      #expect(issue.options("Workflows") == ["WF1", "WF2"])
      #expect(issue.text("Notes") == "ask Ada")
      #expect(issue.text("Audited by") == "Grace")
      #expect(issue.text("Audit date")?.hasPrefix("2026-03-01T") == true)
      #expect(issue.status == "To Do")

      let link = try await world.link(id)
      #expect(link.state == "linked")
      #expect(link.error == nil)
      #expect(link.issueID == issue.id)
      #expect(link.issueKey == issue.key)
      #expect(link.label == "src/file7.py")
      #expect(
        issue.labels == [], "a label for each issue would ruin the suggestions of the whole site")
      #expect(issue.marker?["marker"]?.string == link.marker)
      #expect(link.base?["fields"]?["summary"] != nil, "the base holds values, not hashes")
      #expect(
        try await world.row(id)["jira_tickets"] == ["OLD-1", "OLD-2", "SCRSKY-1001"],
        "the key is appended, nothing is removed")
      #expect(world.jira.creations().count == 1)
    }
  }

  /// Catches a worker that compares what it sent with what JIRA made of it, and writes for ever.
  @Test
  func `A second run of every row makes no call that writes, and changes no row`() async throws {
    try await withSyncWorld { world in
      let ids = try await world.addRows(60)
      try await world.run(
        """
        update public.file_audit set notes = E'  *bold* \\r\\n\\r\\n# 1. list\\t' || repeat('é', 20),
          technical_debt = '[link](http://x) {code} ' || chr(8232) || ' ' || id
        """)
      try await world.drain()
      #expect(try world.jira.issues().count == 60)
      #expect(world.jira.creations().count == 2, "fifty issues to a call")
      #expect(
        world.jira.writes().count == 2, "what was made is right at once: \(world.jira.writes())")
      world.jira.forgetCalls()
      let before = try await world.run("select xmin::text as x from public.file_audit order by id")
      for kind in ["push", "pull", "sync"] {
        for id in ids { try await world.enqueue(kind, id) }
        try await world.drain()
      }
      #expect(world.jira.writes() == [])
      let after = try await world.run("select xmin::text as x from public.file_audit order by id")
      #expect(
        try before.rows.map { try $0.get("x", as: String.self) }
          == after.rows.map { try $0.get("x", as: String.self) })
      #expect(try await world.count("jira_sync.conflicts") == 0)
    }
  }

  @Test
  func `Rows without debt have no job, no link and no issue, until they get some`() async throws {
    try await withSyncWorld { world in
      let ids = try await world.addRows(3, debt: false)
      #expect(try await world.count("jira_sync.jobs") == 0)
      try await world.run("update public.file_audit set notes = 'looked at'")
      #expect(try await world.count("jira_sync.jobs") == 0)
      try await world.enqueue("sync", ids[0])
      try await world.drain()
      #expect(try world.jira.issues().isEmpty)
      #expect(try await world.count("jira_sync.links") == 0)

      try await world.run(
        "update public.file_audit set has_technical_debt = true where id = \(ids[1])")
      try await world.drain()
      #expect(try world.jira.issues().map { $0.text("File path") } == ["src/file2.py"])
    }
  }
}
