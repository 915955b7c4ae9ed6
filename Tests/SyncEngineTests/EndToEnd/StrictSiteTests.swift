import JSON
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

/// A site that is stricter than it need be, or that people change while workers run.
@Suite("A strict site", .requiresPostgres)
struct StrictSiteTests {
  /// Catches a job that may write the row alone and makes an issue.
  @Test
  func `A pull makes no issue, also where a creation was refused before`() async throws {
    try await withSyncWorld { world in
      let ids = try await world.addRows(2, debt: false)
      try await world.run("alter table public.file_audit disable trigger user")
      try await world.run("update public.file_audit set has_technical_debt = true")
      for id in ids { try await world.enqueue("pull", id) }
      try await world.drain()
      #expect(try world.jira.issues().isEmpty)
      #expect(try await world.outcomes(ids[0]) == ["done"])

      try world.jira.fail("POST", "/issue", ["status": 400, "body": ["errors": ["summary": "no"]]])
      try await world.enqueue("push", ids[0])
      try await world.drain()
      #expect(try await world.link(ids[0]).state == "creating")
      try await world.enqueue("pull", ids[0])
      try await world.drain()
      #expect(try world.jira.issues().isEmpty)
      #expect(try await world.link(ids[0]).error?.contains("no") == true)
    }
  }

  /// Catches a poll that enqueues a job at each look, and a job that takes what is not said for a field that was cleared.
  @Test
  func `A field that JIRA does not show any more: the row keeps it, and the link says so`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.edit(key, ["Notes": adf("kept")])
      try await world.poll()
      #expect(try await world.row(id)["notes"] == "kept")

      try world.jira.edit(key, ["Notes": adf("hidden by now")])
      var issue = try world.jira.ask("GET", "/issue/\(key)")
      issue["fields"]?["customfield_10020"] = nil
      try world.jira.fail(
        "POST", "/issue/bulkfetch",
        ["status": 200, "body": ["issues": [issue], "issueErrors": []]], times: nil)
      let before = try await world.outcomes(id)
      try await world.poll()
      #expect(try await world.outcomes(id) == before)
      try await world.enqueue("sync", id)
      try await world.drain()
      #expect(try await world.row(id)["notes"] == "kept")
      let error = try #require(try await world.link(id).error)
      #expect(error.contains("notes: JIRA does not show the field Notes"))
    }
  }

  /// Catches healthy rows that are refused for good because they were sent together.
  @Test
  func `A bulk creation that is refused as a whole: each issue is made by itself`() async throws {
    try await withSyncWorld { world in
      try world.jira.fail(
        "POST", "/issue/bulk", ["status": 413, "body": ["errorMessages": ["Too large."]]])
      let ids = try await world.addRows(3)
      let tally = try await world.drain()
      #expect(tally.created == 3)
      #expect(tally.failed == 0)
      #expect(try world.jira.issues().count == 3)
      for id in ids { #expect(try await world.link(id).state == "linked") }
    }
  }

  /// Catches what is found out about a site once, when a worker starts.
  @Test(.timeLimit(.minutes(20)))
  func `An option that is added in JIRA is taken without a restart`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.hideOption("Services")
      let worker = try world.startWorker { $0.trust = .milliseconds(200) }
      try await world.run("update public.file_audit set layer_name = 'Services'")
      try await world.wait(
        until:
          "select exists (select from jira_sync.links where last_error like '%is not an option%')")
      #expect(try world.jira.issue(key).text("Layer") != "Services")

      world.jira.heal()
      // A worker believes what it has just read for a short time.
      while try await world.link(id).error != nil {
        try await world.enqueue("push", id)
        try await world.wait(until: "select not exists (select from jira_sync.jobs)")
      }
      #expect(try world.jira.issue(key).text("Layer") == "Services")
      #expect(try await world.link(id).error == nil)
      try await worker.stop()
    }
  }
}
