import Foundation
import JSON
import Jira
import Postgres
import TestSupport
import Testing

@testable import SyncConfiguration
@testable import SyncEngine

@Suite("A wait that JIRA asks for has an end", .requiresPostgres)
struct RemoteWaitTests {
  struct Wait: Sendable, CustomTestStringConvertible {
    let status: Int
    let value: String
    var testDescription: String { "\(status) \(value)" }
    static let all = [
      Wait(status: 429, value: "1000000000000"),
      Wait(status: 429, value: "Thu, 01 Jan 2099 00:00:00 GMT"),
      Wait(status: 503, value: "9223372036854775807"),
    ]
  }

  /// Catches a site that is blocked for a day by one header.
  @Test(arguments: Wait.all)
  func `At most as long as configured; then it is tried again by itself`(_ wait: Wait) async throws
  {
    try await withSyncWorld { world in
      var world = world
      let (id, key) = try await world.addLinkedRow()
      world.setup.limits.longestWait = .seconds(2)
      try world.jira.fail(
        "PUT", "/issue",
        ["status": .number(Decimal(wait.status)), "headers": ["Retry-After": .string(wait.value)]])
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "later")
      #expect(try await world.count("jira_sync.job_history where outcome = 'retry'") == 0)
    }
  }

  @Test(arguments: Wait.all)
  func `An hour unless it is configured otherwise, and SQL lifts it`(_ wait: Wait) async throws {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      try world.jira.fail(
        "PUT", "/issue",
        ["status": .number(Decimal(wait.status)), "headers": ["Retry-After": .string(wait.value)]])
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.drain()
      #expect(
        try await world.count(
          """
          jira_sync.rate_limits where scope = 'site'
            and blocked_until between now() + interval '50 minutes' and now() + interval '61 minutes'
          """) == 1)
      try await world.run("select jira_sync.resume()")
      #expect(
        try await world.count("jira_sync.rate_limits where blocked_until > now()") == 1,
        "the end of a pause is not the end of a limit")
      try await world.run("select jira_sync.resume(limits => true)")
      try await world.drain()
      #expect(try world.jira.issue(key).text("Notes") == "later")
    }
  }
}
