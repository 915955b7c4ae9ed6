import HTTP
import JSON
import Jira
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

@Suite("JIRA is in trouble", .requiresPostgres)
struct TroubleTests {
  /// Catches a worker that burns the attempts of ten thousand jobs on an expired token.
  @Test
  func `401 in the middle of work: the gate closes, no attempt is charged, and it opens by itself`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let worker = try world.startWorker()
      try await world.enqueue("push", id)
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      #expect(worker.session.closedReason == nil)
      try world.jira.fail(nil, "/", ["status": 401], times: nil)
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.wait(
        until: "exists (select from jira_sync.job_history where outcome = 'returned')")
      try await world.wait(until: "exists (select from jira_sync.jobs where state = 'ready')")
      let reason = try #require(worker.session.closedReason)
      #expect(reason.contains("401"))
      #expect(reason.contains("JIRA_API_TOKEN"), "it says what to do")
      let second = try await world.addRow(2)
      let job = try await world.run(
        "select attempt, last_error from jira_sync.jobs where row_id = \(id)"
      ).one
      #expect(try job.get("attempt", as: Int.self) == 0)
      #expect(try job.get("last_error", as: String.self).contains("401"))

      world.jira.heal()
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      #expect(worker.session.closedReason == nil)
      #expect(try world.jira.issue(key).text("Notes") == "later")
      #expect(try await world.link(second).state == "linked")
      #expect(try await world.link(id).error == nil)
      try await worker.stop()
      #expect(
        try await world.count("jira_sync.job_history where outcome in ('retry', 'dead', 'refused')")
          == 0)
    }
  }

  @Test
  func
    `401 between the look at the issue and the edit: nothing is charged and no field is called wrong`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.fail("PUT", "/issue", ["status": 401])
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "later")
      #expect(try await world.link(id).error == nil)
      #expect(try await world.count("jira_sync.job_history where outcome = 'retry'") == 0)
    }
  }

  @Test
  func `A site that nobody answers at: one connection tells, and work goes on when it is back`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      let worker = try world.startWorker { $0.baseURL = "http://127.0.0.1:1" }
      try await world.wait(until: "exists (select from jira_sync.workers)")
      // Nothing is claimed while the gate is closed.
      try await world.wait(until: "exists (select from jira_sync.workers where asleep)")
      #expect(worker.session.closedReason != nil)
      #expect(try await world.count("jira_sync.job_history") == 0)
      try await worker.stop()
      try await world.drain()
      #expect(try await world.link(id).state == "linked")
    }
  }

  /// Catches a worker that sleeps on Retry-After in a thread, and one that charges it.
  @Test(arguments: ["PUT", "POST"])
  func `429 with Retry-After: the job waits as long as JIRA says, unharmed`(method: String)
    async throws
  {
    try await withSyncWorld { world in
      let id: Int64
      if method == "PUT" {
        id = try await world.addLinkedRow().id
        try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      } else {
        id = try await world.addRow()
      }
      try world.jira.fail(
        method, "/issue", ["status": 429, "headers": ["Retry-After": "40"]])
      if method == "POST" {
        // The first POST of a creation is the creation.
        #expect(try await world.count("jira_sync.links") == 0)
      }
      // JIRA refuses between these two, however long the machine takes for it.
      let before = try await time(in: world)
      try await world.drain(within: .seconds(1))
      let after = try await time(in: world)
      let job = try await world.run(
        """
        select attempt, extract(epoch from run_at)::float8 as due
        from jira_sync.jobs where row_id = \(id)
        """
      ).one
      #expect((before + 40...after + 41).contains(try job.get("due", as: Double.self)))
      #expect(try job.get("attempt", as: Int.self) == 0)
      #expect(try await world.outcomes(id).last == "returned")

      let limit = try await world.run(
        """
        select extract(epoch from blocked_until)::float8 as until, reason
        from jira_sync.rate_limits where scope = 'site'
        """
      ).one
      #expect((before + 40...after + 41).contains(try limit.get("until", as: Double.self)))
      #expect(try limit.get("reason", as: String.self).contains("429"))
      try await world.run("update jira_sync.rate_limits set blocked_until = null")
      try await world.run("update jira_sync.jobs set run_at = now()")
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      #expect(link.error == nil)
      #expect(try world.jira.issues().count == 1)
    }
  }

  /// The database's time, in seconds since 1970.
  private func time(in world: SyncWorld) async throws -> Double {
    try await world.run("select extract(epoch from clock_timestamp())::float8 as time").one.get(
      "time")
  }

  @Test
  func `500 at an edit: tried again with a delay, each attempt on record, until it works`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let before = try await world.outcomes(id).count
      try world.jira.fail("PUT", "/issue", ["status": 500], times: 2)
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.drain()
      #expect(try await Array(world.outcomes(id).dropFirst(before)) == ["retry", "retry", "done"])
      #expect(try world.jira.issue(key).text("Notes") == "later")
      #expect(try await world.link(id).error == nil)
    }
  }

  @Test
  func `Attempts used up: the job is dead with JIRA's words, and a replay works`() async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.fail(
        "PUT", "/issue", ["status": 500, "body": "{\"errorMessages\":[\"disk full\"]}"], times: nil)
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.run("update jira_sync.jobs set max_attempts = 3")
      try await world.drain()
      let job = try await world.run("select state, last_error from jira_sync.jobs").one
      #expect(try job.get("state", as: String.self) == "dead")
      #expect(try job.get("last_error", as: String.self).contains("disk full"))
      #expect(world.jira.writes().count == 3)
      world.jira.heal()
      try await world.run("select jira_sync.retry_dead()")
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "later")
      #expect(try await world.count("jira_sync.jobs") == 0)
    }
  }

  @Test
  func
    `400 that names a field: no blind retry, the error names column and field; the other fields go without it`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let before = try await world.outcomes(id).count
      try world.jira.fail(
        "PUT", "/issue",
        [
          "status": 400,
          "body": ["errorMessages": [], "errors": ["customfield_10020": "Too rude."]],
        ])
      try await world.run(
        "update public.file_audit set notes = 'bah', layer_number = 8 where id = \(id)")
      try await world.drain()
      let error = try #require(try await world.link(id).error)
      #expect(error.contains("notes"))
      #expect(error.contains("Notes"))
      #expect(error.contains("customfield_10020"))
      #expect(error.contains("Too rude."))
      #expect(!error.contains("layer_number"), "what is not at fault is not blamed")
      #expect(try await Array(world.outcomes(id).dropFirst(before)) == ["refused"])
      // JIRA refuses a whole request for one field: the second one is without it.
      #expect(world.jira.writes().count == 2)
      #expect(try world.jira.issue(key)["Layer number"]?.integer == 8)
      #expect(try world.jira.issue(key).text("Notes") != "bah")

      try await world.run("update public.file_audit set notes = 'please' where id = \(id)")
      try await world.drain()
      #expect(try await world.link(id).error == nil)
      #expect(try world.jira.issue(key).text("Notes") == "please")
    }
  }

  @Test
  func
    `An issue that is not found: said on the link, which stays, and nothing is made in its place`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let (other, otherKey) = try await world.addLinkedRow(2)
      try world.jira.ask("DELETE", "/issue/\(key)")
      try await world.run("update public.file_audit set notes = 'later'")
      try await world.drain()
      let link = try await world.link(id)
      #expect(link.state == "linked")
      #expect(link.issueKey == key)
      #expect(link.error?.contains(key) == true)
      #expect(link.error?.contains("Browse projects") == true)
      #expect(try await world.outcomes(id).last == "refused")
      #expect(try world.jira.issues().map(\.key) == [otherKey])
      #expect(try world.jira.issue(otherKey).text("Notes") == "later")
      #expect(try await world.link(other).error == nil)
    }
  }
}
