import JSON
import Jira
import Postgres
import Sync
import TestSupport
import Testing

@Suite("JIRA Data Center", .requiresPostgres)
struct DataCenterTests {
  @Test("Create, update and move, in wiki text, with the endpoints that Data Center has")
  func wholePath() async throws {
    try await withSyncWorld(isDataCenter: true) { world in
      let id = try await world.addRow()
      try await world.addRows(2, from: 2)
      try await world.run(
        "update public.file_audit set technical_debt = E'*not* bold {code}\\n# one' where id = \(id)"
      )
      try await world.drain()
      #expect(try world.jira.issues().count == 3)
      let link = try await world.link(id)
      let key = try #require(link.issueKey)
      let issue = try world.jira.issue(key)
      let text = "*not* bold {code}\n# one"
      #expect(issue["Description"]?.string == WikiText.escape(text), "text, no document")
      #expect(issue["Description"]?.string != text, "what would be markup is escaped")
      #expect(issue.text("Layer") == "Routers")
      #expect(issue.marker?["marker"]?.string == link.marker)
      #expect(issue.labels == [])
      #expect(link.error == nil)

      world.jira.forgetCalls()
      for kind in ["push", "sync"] {
        try await world.enqueue(kind, id)
        try await world.drain()
      }
      #expect(world.jira.writes() == [])

      try await world.run(
        """
        update public.file_audit set notes = 'a [link]', has_technical_debt = false where id = \(id)
        """)
      try await world.drain()
      #expect(try world.jira.issue(key).status == "Done")
      #expect(try await world.link(id).error == nil)
      #expect(world.jira.calls().allSatisfy { !$0.path.contains("bulkfetch") })
      #expect(
        world.jira.calls().allSatisfy { (200..<300).contains($0.status) }, "\(world.jira.calls())")

      try world.jira.edit(key, ["Notes": "from *JIRA*"])
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try await world.row(id)["notes"]?.string?.contains("JIRA") == true)
    }
  }

  @Test("A creation without an answer is found by the search that Data Center has")
  func unknown() async throws {
    try await withSyncWorld(isDataCenter: true, indexLag: .milliseconds(200)) { world in
      let ids = try await world.addRows(2)
      try world.jira.fail("POST", "/issue/bulk", "reset-after-commit")
      try await world.drain { $0.row.looks = [.milliseconds(50), .seconds(4)] }
      #expect(world.jira.creations().count == 1)
      try await expectOneEach(world, ids)
    }
  }
}
