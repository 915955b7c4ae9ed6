import Foundation
import HTTP
import JSON
import Jira
import Postgres
import TestSupport
import Testing

@testable import SyncConfiguration
@testable import SyncEngine

@Suite("The poller finds what changed in JIRA", .requiresPostgres)
struct PollTests {
  /// Catches a poll that reads what it wrote itself, or what it has read before.
  @Test(arguments: [false, true])
  func `Nothing new: one call, no job, nothing written`(isDataCenter: Bool) async throws {
    try await withSyncWorld(isDataCenter: isDataCenter) { world in
      try await world.addRows(12)
      try await world.drain()
      _ = try await world.poll()
      #expect(try await world.poll().count == 1, "one search")
      #expect(world.jira.writes() == [])
      let poll = try await world.run("select * from jira_sync.polls").one
      #expect(try poll.get("project_key", as: String.self) == "SCRSKY")
      #expect(try poll.get("absolute_time", as: Bool.self) == true)
      #expect(try poll.get("issues_seen", as: Int.self) == 12)
      #expect(try poll.get("jobs_enqueued", as: Int.self) == 0)
      #expect(try poll.get("last_error", as: String?.self) == nil)
    }
  }

  @Test
  func `Issues that changed are read in bulk once by the poll and once by their jobs`() async throws
  {
    try await withSyncWorld { world in
      var world = world
      let ids = try await world.addRows(120)
      try await world.drain()
      _ = try await world.poll()
      // Beyond the overlap, so that only what changed from here on is seen.
      world.setup.sync.pollOverlap = .zero
      for issue in try world.jira.issues() { try world.jira.edit(issue.key, ["Notes": adf("new")]) }
      let calls = try await world.poll()
      #expect(calls.filter { $0.path == "/search/jql" }.count == 2, "120 issues, two pages")
      #expect(calls.filter { $0.path == "/issue/bulkfetch" }.count == 4, "⌈120/100⌉ twice")
      #expect(calls.count == 6)
      #expect(
        try await world.count("public.file_audit where notes = 'new'") == ids.count)
      #expect(world.jira.writes() == [])
    }
  }

  @Test
  func `Resolved in JIRA: after the poll the row has no debt, and says when and by whom`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.move(
        key, along: ["Start work", "Ask for review", "Approve"], resolution: "Fixed")
      let calls = try await world.poll()
      let row = try await world.row(id)
      #expect(row["has_technical_debt"] == false)
      #expect(row["audit_status"] == "COMPLETED")
      #expect(row["audit_date"]?.string != nil)
      #expect(row["audited_by"] == "Alex Example")
      #expect(calls.filter { $0.path.hasSuffix("/changelog") }.isEmpty, "it came with the issue")
      #expect(try world.jira.issue(key).text("Audited by") == "Alex Example", "in the same run")
      #expect(
        try await world.run(
          "select kind from jira_sync.job_history where row_id = \(id) order by finished_at"
        ).rows.last?.get("kind", as: String.self) == "sync")
      #expect(
        try await world.count(
          """
          jira_sync.changes where field = 'audit_status' and cause = 'jira_changed' and author = 'Alex Example'
            and author_at > now() - interval '1 hour'
          """) == 1, "JIRA's history names the user")
      #expect(try await world.poll().count == 1, "what the run wrote is no news")
    }
  }

  @Test
  func `Edited on both sides before the poll: different fields are both kept`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.run("update public.file_audit set workflows = '{WF5}' where id = \(id)")
      try world.jira.edit(key, ["Notes": adf("from JIRA")])
      try await world.poll()
      #expect(try world.jira.issue(key).options("Workflows") == ["WF5"])
      #expect(try await world.row(id)["notes"] == "from JIRA")
      #expect(try await world.count("jira_sync.conflicts") == 0)
      #expect(try await world.poll().count == 1)
    }
  }

  @Test
  func `A comment, ours or a person's, is no change of a field: read once, no job`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.ask("POST", "/issue/\(key)/comment", ["body": adf("looks good")])
      let before = try await world.outcomes(id)
      #expect(try await world.poll().map(\.path).contains("/issue/bulkfetch"))
      #expect(try await world.outcomes(id) == before)
      #expect(try await world.poll().count == 1, "it is not read again")
    }
  }

  @Test
  func `An edit of a field that only follows is put back`() async throws {
    try await withSyncWorld { world in
      let (_, key) = try await world.addLinkedRow()
      try world.jira.edit(key, ["Layer number": 9])
      try await world.poll()
      #expect(try world.jira.issue(key)["Layer number"]?.integer == 3)
      #expect(try await world.count("jira_sync.conflicts where reason = 'follower_changed'") == 1)
      #expect(try await world.poll().count == 1)
    }
  }

  /// Catches a watermark taken from the last issue shown while the index lags behind.
  @Test
  func `Search lags: an edit that does not show yet is found by a later poll`() async throws {
    try await withSyncWorld(indexLag: .milliseconds(1_500)) { world in
      let (first, firstKey) = try await world.addLinkedRow(1)
      let (second, secondKey) = try await world.addLinkedRow(2)
      try world.jira.edit(firstKey, ["Notes": adf("early")])
      try await Task.sleep(for: .milliseconds(800))
      try world.jira.edit(secondKey, ["Notes": adf("late")])
      var rounds = 0
      while try await world.row(second)["notes"] != "late", rounds < 20 {
        try await world.poll()
        rounds += 1
        try await Task.sleep(for: .milliseconds(200))
      }
      #expect(try await world.row(first)["notes"] == "early")
      #expect(try await world.row(second)["notes"] == "late")
    }
  }

  @Test
  func `Pages are shorter than was asked for: nothing is missed, and what changed is read at once`()
    async throws
  {
    try await withSyncWorld(longestPage: 4) { world in
      let ids = try await world.addRows(10)
      try await world.drain()
      for issue in try world.jira.issues() { try world.jira.edit(issue.key, ["Notes": adf("n")]) }
      let calls = try await world.poll()
      #expect(try await world.count("public.file_audit where notes = 'n'") == ids.count)
      #expect(calls.filter { $0.path == "/issue/bulkfetch" }.count == 2)
    }
  }

  @Test
  func `A page token that comes twice ends the poll with an error, and the watermark stays`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      _ = try await world.poll()
      let before = try await watermark(world)
      try world.jira.edit(key, ["Notes": adf("from JIRA")])
      try world.jira.fail(
        "POST", "/search/jql",
        ["status": 200, "body": ["issues": [], "nextPageToken": "again", "isLast": false]],
        times: 2)
      try await world.poll()
      // The retry succeeded.
      #expect(try await world.row(id)["notes"] == "from JIRA")
      let errors: [String] = try await world.run(
        "select error from jira_sync.job_history where kind = 'poll' and outcome = 'retry'"
      ).rows.map { try $0.get("error") }
      #expect(errors.count == 1)
      #expect(errors.first?.contains("the same page token came twice") == true)
      #expect(try #require(try await watermark(world)) > #require(before))
    }
  }

  @Test(
    arguments: [
      ["status": 429, "headers": ["Retry-After": "0"]], ["status": 503],
      "reset-before", "truncate",
    ] as [JSON])
  func `JIRA fails in the middle: the watermark stays, and the next attempt finds everything`(
    action: JSON
  ) async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      _ = try await world.poll()
      let before = try await watermark(world)
      try world.jira.edit(key, ["Notes": adf("from JIRA")])
      try world.jira.fail("POST", "/issue/bulkfetch", action, times: nil)
      try await world.run("insert into jira_sync.jobs (kind) values ('poll')")
      // As many attempts as it takes until the test has looked.
      try await world.run("update jira_sync.jobs set max_attempts = 1000000")
      let worker = try world.startWorker()
      try await world.wait(
        until: "exists (select from jira_sync.polls where last_error is not null)")
      #expect(try await watermark(world) == before)
      #expect(try await world.row(id)["notes"]?.string == nil)
      world.jira.heal()
      try await world.wait(
        until: "exists (select from public.file_audit where notes = 'from JIRA')")
      try await worker.stop()
      #expect(try await world.count("jira_sync.polls where last_error is null") == 1)
    }
  }

  @Test
  func `JIRA stumbles over one issue: the poll goes on, and a job of its own tries that one again`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      _ = try await world.poll()
      let before = try await watermark(world)
      try world.jira.edit(key, ["Notes": adf("from JIRA")])
      try world.jira.fail("POST", "/issue/bulkfetch", ["status": 500], times: nil)
      // As many attempts as it takes until the test has looked.
      try await world.run("alter table jira_sync.jobs alter max_attempts set default 1000000")
      try await world.run("insert into jira_sync.jobs (kind) values ('poll')")
      let worker = try world.startWorker()
      try await world.wait(
        until: "exists (select from jira_sync.jobs where kind = 'pull' and last_error like '%500%')"
      )
      #expect(try await world.count("jira_sync.polls where last_error is null") == 1)
      #expect(try await watermark(world) != before)
      #expect(try await world.row(id)["notes"]?.string == nil)
      world.jira.heal()
      try await world.wait(
        until: "exists (select from public.file_audit where notes = 'from JIRA')")
      try await worker.stop()
      #expect(try await world.link(id).error == nil)
    }
  }

  @Test
  func `Polls that fail for long are told once, and taken back when one succeeds`() async throws {
    try await withSyncWorld { world in
      _ = try await world.addLinkedRow()
      _ = try await world.poll()
      try await world.run(
        "update jira_sync.polls set last_finished_at = last_finished_at - interval '1 day'")
      try world.jira.fail("POST", "/search/jql", ["status": 500], times: 3)
      _ = try await world.poll()
      let events = try await world.run(
        "select resolves, message from jira_sync.events where kind = 'poller_behind' order by id"
      ).rows
      #expect(try events.map { try $0.get("resolves", as: Bool.self) } == [false, true])
      #expect(try events[0].get("message", as: String.self).contains("500"))
    }
  }

  @Test
  func `--since reads again what was read before, and never moves the watermark past a gap`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      _ = try await world.poll()
      // Something went wrong: the base is not what JIRA holds, and nobody noticed.
      try await world.run(
        """
        update jira_sync.links
        set base = jsonb_set(base, '{fields,notes,canonical}', base #> '{fields,file_path,canonical}')
        """)
      #expect(try await world.poll().count == 1, "as far as a poll knows, it was read")
      try await world.run(
        """
        insert into jira_sync.jobs (kind, args) values ('poll', '{"since": "2020-01-01T00:00:00Z"}')
        """)
      try await world.drain()
      #expect(
        try await world.count("jira_sync.job_history where kind = 'pull' and row_id = \(id)")
          == 1)
      #expect(try world.jira.issue(key).status == "To Do")
      try await world.run(
        "insert into jira_sync.jobs (kind, args) values ('poll', '{\"since\": \"yesterday\"}')")
      try await world.drain()
      let error: String? = try await world.run(
        "select error from jira_sync.job_history where outcome = 'refused'"
      ).one.get("error")
      #expect(error?.contains("args.since is \"yesterday\", which is no time") == true)
    }
  }

  /// Catches a push that takes what another user changed at the same time for read.
  @Test
  func
    `JIRA is edited between a worker's look and its write: the edit is in the row without a poll`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      _ = try await world.poll()
      let once = Once()
      try await world.run("update public.file_audit set layer_number = 5 where id = \(id)")
      try await world.drain { setup in
        setup.hooks.before = { request in
          guard request.method == "PUT", once.isFirst() else { return }
          await once.attempt { try world.jira.edit(key, ["Notes": adf("from JIRA")]) }
        }
      }
      #expect(once.error == nil)
      #expect(try await world.row(id)["notes"] == "from JIRA")
      #expect(try world.jira.issue(key)["Layer number"]?.integer == 5)
      #expect(try await world.poll().count == 1)
    }
  }

  @Test
  func `Moved within JIRA: the link follows to the new key, and the row names it`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.moveToProject(key, as: "SCRSKY-77")
      try await world.poll()
      #expect(try await world.link(id).issueKey == "SCRSKY-77")
      #expect(try await world.row(id)["jira_tickets"] == [.string(key), "SCRSKY-77"])
    }
  }

  /// Catches a watermark without an overlap, which passes over what the index shows later than something newer.
  @Test
  func `Search shows a later change before an earlier one: the overlap finds that, too`()
    async throws
  {
    try await withSyncWorld { world in
      let (first, firstKey) = try await world.addLinkedRow(1)
      let (second, secondKey) = try await world.addLinkedRow(2)
      try await world.poll()
      try world.jira.administer("POST", "hold", ["issue": .string(firstKey)])
      try world.jira.edit(firstKey, ["Notes": adf("earlier")])
      try await Task.sleep(for: .milliseconds(10))
      try world.jira.edit(secondKey, ["Notes": adf("later")])
      try await world.poll()
      #expect(try await world.row(second)["notes"] == "later")
      try world.jira.administer("POST", "hold", ["issue": .string(firstKey), "held": false])
      var hasty = world
      hasty.setup.sync.pollOverlap = .zero
      try await hasty.poll()
      #expect(try await world.row(first)["notes"]?.string == nil, "what the overlap is for")
      try await world.poll()
      #expect(try await world.row(first)["notes"] == "earlier")
    }
  }

  /// Catches a poll that takes each refusal of its search for one of the time in it, and never polls to the millisecond again.
  @Test
  func
    `The project is out of sight for a while: said so, and afterwards polling goes on as before`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try await world.poll()
      let once = Once()
      // Taken away from a worker that is at work: one that starts is refused before.
      try await world.poll { setup in
        setup.hooks.before = { request in
          guard request.url.contains("/search/jql"), once.isFirst() else { return }
          await once.attempt {
            try world.jira.administer("PUT", "people/sandbox@example.com", ["browse": false])
          }
        }
      }
      #expect(once.error == nil)
      let poll = try await world.run("select absolute_time, last_error from jira_sync.polls").one
      #expect(try poll.get("absolute_time", as: Bool.self))
      #expect(try poll.get("last_error", as: String?.self)?.contains("SCRSKY") == true)
      try world.jira.administer("PUT", "people/sandbox@example.com", ["browse": true])
      try world.jira.edit(key, ["Notes": adf("meanwhile")])
      try await world.poll()
      #expect(try await world.row(id)["notes"] == "meanwhile")
      #expect(
        try await world.count("jira_sync.polls where absolute_time and last_error is null") == 1)
    }
  }

  /// Catches a poll that sees its own project alone.
  @Test
  func `An issue that was moved to another project: what people do to it there reaches the row`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.moveToProject(key, as: "OTHER-7")
      for _ in 0..<2 {
        try await world.run("insert into jira_sync.jobs (kind) values ('sweep')")
        try await world.drain()
      }
      #expect(try await world.link(id).issueKey == "OTHER-7")
      try world.jira.edit("OTHER-7", ["Notes": adf("from afar")])
      try await world.poll()
      #expect(try await world.row(id)["notes"] == "from afar")
      #expect(try await world.poll().count == 2, "a search, and a look at the one elsewhere")
    }
  }

  private func watermark(_ world: SyncWorld) async throws -> Int64? {
    try await world.run("select watermark from jira_sync.polls").one.get("watermark")
  }
}
