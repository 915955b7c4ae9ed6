import JSON
import Jira
import JiraSandbox
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

@Suite("JIRA Data Center", .requiresPostgres)
struct DataCenterTests {
  @Test
  func `Create, update and move, in wiki text, with the endpoints that Data Center has`()
    async throws
  {
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

  /// Fails where escapes follow any other rule than the renderer's.
  @Test
  func
    `Text of a row is shown as it is, text of JIRA arrives as it is read there, and a second sync writes nothing`()
    async throws
  {
    try await withSyncWorld(isDataCenter: true) { world in
      let renderer = try WikiRenderer()
      let texts = [
        #"say \"hi\""#, #"foo\.bar"#, #"C:\.git"#, "h1.", "fine :) (y)",
        "see https://x/~ann/_edge.", "*not* bold {code}\n# one",
      ]
      for (number, text) in texts.enumerated() {
        let (id, key) = try await world.addLinkedRow(number + 1)
        try await world.run("update public.file_audit set notes = \(text) where id = \(id)")
        try await world.drain()
        let page = renderer.page(of: try world.jira.issue(key)["Notes"]?.string ?? "")
        #expect(page.text == text)
        #expect(page.formats.isSubset(of: ["address"]))

        // A person types the same, where it is no formatting.
        let typed = renderer.page(of: text)
        if typed.formats.isSubset(of: ["address"]) {
          try world.jira.edit(key, ["Notes": .string("JIRA: " + text)])
          try await world.poll()
          #expect(try await world.row(id)["notes"] == .string("JIRA: " + typed.text))
        }
        world.jira.forgetCalls()
        try await world.enqueue("sync", id)
        try await world.drain()
        #expect(world.jira.writes() == [])
        #expect(try await world.link(id).error == nil)
      }
      #expect(try await world.count("jira_sync.conflicts") == 0)
    }
  }

  @Test(arguments: ["*bold*", "* a\n* b", "{code}x{code}"])
  func
    `Formatting that people made reads as plain text, and a change of the row does not overwrite it`(
      markup: String
    ) async throws
  {
    try await withSyncWorld(isDataCenter: true) { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.edit(key, ["Notes": .string(markup)])
      try await world.poll()
      #expect(try await world.row(id)["notes"] == .string(markup))
      try await world.run("update public.file_audit set notes = 'plain' where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key)["Notes"]?.string == markup)
      #expect(try await world.count("jira_sync.conflicts where reason = 'formatting'") == 1)
    }
  }

  @Test
  func `A creation without an answer is found by the search that Data Center has`() async throws {
    try await withSyncWorld(isDataCenter: true, indexLag: .milliseconds(200)) { world in
      let ids = try await world.addRows(2)
      try world.jira.fail("POST", "/issue/bulk", "reset-after-commit")
      try await world.drain { $0.row.lookupTimes = [.milliseconds(50), .seconds(4)] }
      #expect(world.jira.creations().count == 1)
      try await expectOneEach(world, ids)
    }
  }
}
