import Foundation
import HTTP
import JSON
import Jira
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

/// An outage is recognised by its extent.
@Suite("JIRA answers the same to everything", .requiresPostgres)
struct OutageTests {
  struct Answer: Sendable, CustomTestStringConvertible {
    let name: String
    let action: JSON
    var testDescription: String { name }
    static let all = [
      Answer(name: "503", action: ["status": 503]),
      Answer(name: "500", action: "internal-error"),
      Answer(
        name: "a login page with status 200",
        action: ["status": 200, "body": "<html><head><title>Log in</title></head></html>"]),
      Answer(name: "404", action: ["status": 404, "body": "no such site"]),
      Answer(name: "400", action: ["status": 400, "body": "blocked"]),
      Answer(name: "a reset connection", action: "reset-before"),
    ]
  }

  /// Catches attempts that are used up by an outage, and rows that stay behind when it is over.
  @Test(arguments: Answer.all)
  func `No attempt is charged, nothing is refused, and work goes on by itself`(_ answer: Answer)
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let worker = try world.startWorker()
      for _ in 0..<30_000 where worker.session.site == nil {
        try await Task.sleep(for: .milliseconds(20))
      }
      try world.jira.fail(nil, "/", answer.action, times: nil)
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      let more = try await world.addRow(2)
      for _ in 0..<30_000 where worker.session.closedReason == nil {
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(worker.session.closedReason != nil)
      #expect(
        try await world.count("jira_sync.job_history where outcome in ('retry', 'refused', 'dead')")
          == 0)
      #expect(try await world.count("jira_sync.jobs where attempt > 0 and state = 'ready'") == 0)
      world.jira.heal()
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      #expect(try world.jira.issue(key).text("Notes") == "later")
      #expect(try await world.link(more).state == "linked")
      #expect(try await world.link(id).error == nil)
      #expect(try await world.count("jira_sync.jobs where state = 'dead'") == 0)
      try await worker.stop()
    }
  }

  /// Catches a site that is closed for one broken call.
  @Test(arguments: [("PUT", "/issue/"), ("POST", "/issue/bulkfetch"), ("POST", "/search/jql")])
  func `One broken endpoint or issue closes nothing`(method: String, path: String) async throws {
    try await withSyncWorld { world in
      let (id, _) = try await world.addLinkedRow()
      let worker = try world.startWorker()
      try await world.wait(until: "exists (select from jira_sync.workers)")
      for _ in 0..<30_000 where worker.session.site == nil {
        try await Task.sleep(for: .milliseconds(20))
      }
      try world.jira.fail(method, path, ["status": 503], times: nil)
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.run("insert into jira_sync.jobs (kind) values ('poll')")
      try await world.wait(
        until: "(select count(*) >= 2 from jira_sync.job_history where outcome = 'retry')")
      #expect(worker.session.closedReason == nil)
      #expect(
        try await world.run("select state from jira_sync.circuit").one.get("state") == "closed")
      world.jira.heal()
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      try await worker.stop()
    }
  }

  /// Catches a start that begins from the first read again at every failure.
  @Test
  func
    `A start while some calls fail: each read is tried by itself, and what was answered is kept`()
    async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      for path in ["/myself", "/project/SCRSKY", "/field", "/issue/createmeta"] {
        for action in ["internal-error", "bad-gateway", "reset-before"] as [JSON] {
          try world.jira.fail("GET", path, action)
        }
      }
      try await world.drain()
      #expect(try await world.link(id).state == "linked")
      for path in ["/myself", "/project/SCRSKY", "/field"] {
        let answered = world.jira.calls().filter { $0.path == path && $0.status == 200 }
        #expect(answered.count == 1, "\(path) is answered once")
      }
    }
  }

  /// Catches a write that a login page has taken for done.
  @Test
  func `An edit that is answered by a login page with status 200 is not taken for made`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.fail("PUT", "/issue", ["status": 200, "body": "<html>Log in</html>"])
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "later")
      #expect(try await world.link(id).error == nil)
    }
  }
}
