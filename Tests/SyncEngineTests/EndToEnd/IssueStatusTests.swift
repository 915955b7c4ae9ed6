import HTTP
import JSON
import Postgres
import TestSupport
import Testing

@Suite("The issue's status follows the row", .requiresPostgres)
struct IssueStatusTests {
  @Test
  func `A row whose audit has begun: its new issue is in progress`() async throws {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      try await world.run(
        "update public.file_audit set audit_status = 'IN_PROGRESS' where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issues().map(\.status) == ["In Progress"])
      #expect(try await world.row(id)["audit_status"] == "IN_PROGRESS")
      #expect(try await world.link(id).error == nil)
      world.jira.forgetCalls()
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(world.jira.writes() == [])
    }
  }

  @Test
  func `The audit begins, and stops: one step each, and no edit of fields`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      for (audit, status) in [("IN_PROGRESS", "In Progress"), ("NOT_STARTED", "To Do")] {
        world.jira.forgetCalls()
        try await world.run("update public.file_audit set audit_status = \(audit) where id = \(id)")
        try await world.drain()
        #expect(try world.jira.issue(key).status == status)
        #expect(
          world.jira.writes().map(\.path) == ["/issue/\(try world.jira.issue(key).id)/transitions"])
      }
      try await world.run(
        "update public.file_audit set audit_status = 'COMPLETED' where id = \(id)")
      world.jira.forgetCalls()
      try await world.drain()
      #expect(world.jira.writes() == [], "an audited file may keep its debt")
    }
  }

  /// Catches a worker that knows only transitions straight to the target.
  @Test
  func `The debt is gone: Done over three steps, with the resolution that the last one requires`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set has_technical_debt = false, notes = 'fixed' where id = \(id)")
      try await world.drain()
      let issue = try world.jira.issue(key)
      #expect(issue.status == "Done")
      #expect(issue.resolution == "Done")
      #expect(issue.statusChanges == 3)
      #expect(issue.text("Notes") == "fixed")
      #expect(try await world.link(id).error == nil)
      #expect(try await world.row(id)["has_technical_debt"] == false)
      let change = try await world.run(
        """
        select old_value #>> '{}' as old, new_value #>> '{}' as new
        from jira_sync.changes where side = 'jira' and field = 'audit_status'
        """
      ).one
      #expect(try change.get("old", as: String.self) == "To Do")
      #expect(try change.get("new", as: String.self) == "Done")
      world.jira.forgetCalls()
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(world.jira.writes() == [])
    }
  }

  @Test
  func `Debt comes back: the issue is opened again`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set has_technical_debt = false where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key).status == "Done")
      try await world.run(
        """
        update public.file_audit set has_technical_debt = true, audit_status = 'NOT_STARTED'
        where id = \(id)
        """)
      try await world.drain()
      #expect(try world.jira.issue(key).status == "To Do")
      #expect(try world.jira.issue(key).resolution == nil)
      #expect(try world.jira.issues().count == 1)
    }
  }

  /// Catches an edit that is rolled back, or sent again and again, because the status does not follow.
  @Test
  func
    `No way through: the error names what can be reached, and the edit of fields is kept and not repeated`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let issueID = try world.jira.issue(key).id
      let offered = try world.jira.ask("GET", "/issue/\(key)/transitions?expand=transitions.fields")
      var parking = try #require(offered["transitions"]?.array?.first { $0["name"] == "Block" })
      parking["fields"] = [
        "customfield_10099": [
          "required": true, "hasDefaultValue": false, "name": "Reason",
          "schema": ["type": "string"], "operations": ["set"],
        ]
      ]
      try world.jira.fail(
        "GET", "/issue/\(issueID)/transitions",
        ["status": 200, "body": ["transitions": [parking]]], times: nil)
      try await world.run(
        "update public.file_audit set has_technical_debt = false, notes = 'fixed' where id = \(id)")
      try await world.drain()
      let error = try #require(try await world.link(id).error)
      #expect(error.contains("has_technical_debt"))
      #expect(error.contains("Status"))
      #expect(error.contains("To Do"))
      #expect(error.contains("Blocked"), "it names what can be reached: \(error)")
      #expect(error.contains("Reason"), "and what stands in the way: \(error)")
      #expect(try world.jira.issue(key).text("Notes") == "fixed")
      #expect(try await world.outcomes(id).last == "refused")

      world.jira.forgetCalls()
      try await world.enqueue("push", id)
      try await world.drain()
      #expect(world.jira.writes() == [], "the edit is not sent again")
      #expect(try await world.link(id).error != nil)

      world.jira.heal()
      try await world.enqueue("push", id)
      try await world.drain()
      #expect(try world.jira.issue(key).status == "Done")
      #expect(try await world.link(id).error == nil)
      #expect(world.jira.writes().allSatisfy { $0.path.hasSuffix("/transitions") })
    }
  }

  /// Catches a base that says, with the edit, that the status is reached: the row's change would be undone.
  @Test(arguments: 1...3)
  func `A worker lost on the way, fields written already: the next one goes on`(step: Int)
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run(
        "update public.file_audit set has_technical_debt = false, notes = 'fixed' where id = \(id)")
      let gate = FirstTaskGate()
      let steps = Once(at: step)
      let lost = try world.startWorker { setup in
        setup.hooks.before = { request in
          guard request.method == "POST", request.url.hasSuffix("/transitions") else { return }
          if steps.isFirst() { await gate.stopHere() }
        }
      }
      await gate.reached()
      try await lost.stopAtOnce()
      #expect(try world.jira.issue(key).statusChanges == step - 1)
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try world.jira.issue(key).status == "Done")
      #expect(try world.jira.issue(key).statusChanges == 3)
      #expect(try world.jira.issue(key).text("Notes") == "fixed")
      #expect(try await world.row(id)["has_technical_debt"] == false)
      #expect(try await world.link(id).error == nil)
      #expect(try await world.count("jira_sync.conflicts") == 0)
      #expect(world.jira.writes().filter { $0.method == "PUT" }.count == 1)
    }
  }

  @Test
  func `A transition that fails once: the path goes on from the status of the issue`() async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let issueID = try world.jira.issue(key).id
      let once = Once(at: 2)
      try await world.run(
        "update public.file_audit set has_technical_debt = false where id = \(id)")
      try await world.drain { setup in
        setup.hooks.before = { request in
          guard request.method == "POST", request.url.hasSuffix("/transitions"), once.isFirst()
          else { return }
          await once.attempt {
            try world.jira.fail("POST", "/issue/\(issueID)/transitions", ["status": 503])
          }
        }
      }
      #expect(once.error == nil)
      #expect(try world.jira.issue(key).status == "Done")
      #expect(try world.jira.issue(key).statusChanges == 3)
      #expect(try await world.link(id).error == nil)
      #expect(try await world.count("jira_sync.conflicts") == 0, "our own step is nobody's edit")
      #expect(try await world.row(id)["has_technical_debt"] == false)
    }
  }
}
