import HTTP
import JSON
import Jira
import JiraSandbox
import Locks
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

/// The account is in Los Angeles, the site in Berlin, the database in UTC, and clocks are set forward and back.
@Suite("Polling over the changes of summer time", .requiresPostgres)
struct TimeZoneTests {
  /// An instant at which clocks are changed.
  struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    let instant: String
    var testDescription: String { name }
  }

  static let changes = [
    Change(name: "Berlin, back", instant: "2026-10-25T01:00:00Z"),
    Change(name: "Los Angeles, back", instant: "2026-11-01T09:00:00Z"),
    Change(name: "Los Angeles, forward", instant: "2027-03-14T10:00:00Z"),
    Change(name: "Berlin, forward", instant: "2027-03-28T01:00:00Z"),
  ]

  /// Catches the commonest error of pollers: times in the time zone of another user.
  @Test(
    arguments: changes,
    [true, false])
  func `Every edit arrives with the next poll, and nothing is read twice`(
    change: Change, isAbsolute: Bool
  ) async throws {
    let instant = try #require(JiraTimestamp.parse(change.instant))
    let clock = Lock(instant - 3 * 3_600_000)
    let now: @Sendable () -> Int64 = { clock.withLock { $0 } }
    try await withSyncWorld(now: now) { world in
      let (id, key) = try await world.addLinkedRow()
      _ = try await world.poll()
      try await world.run("update jira_sync.polls set absolute_time = \(isAbsolute)")
      let worker = try world.startWorker()
      try await poll(world)
      for step in 1...14 {
        clock.withLock { $0 += 25 * 60_000 }
        try world.jira.edit(key, ["Notes": adf("step \(step)")])
        clock.withLock { $0 += 61_000 }
        world.jira.forgetCalls()
        try await poll(world)
        try await world.wait(until: "not exists (select from jira_sync.jobs)")
        #expect(try await world.row(id)["notes"]?.string == "step \(step)")
        #expect(
          world.jira.calls().map(\.path) == [
            "/search/jql", "/issue/bulkfetch", "/issue/bulkfetch",
          ],
          "found once by the poll, read once by its job")
        world.jira.forgetCalls()
        try await poll(world)
        #expect(world.jira.calls().map(\.path) == ["/search/jql"], "and not again")
      }
      try await worker.stop()
    }
  }

  /// Runs a poll with the worker that is there.
  private func poll(_ world: SyncWorld) async throws {
    try await world.run("insert into jira_sync.jobs (kind) values ('poll')")
    try await world.wait(until: "not exists (select from jira_sync.jobs where kind = 'poll')")
  }

  @Test(
    arguments: [
      ("2026-07-01T12:00:59Z", "America/Los_Angeles", "2026-07-01 05:00"),
      ("2026-12-01T12:00:00Z", "America/Los_Angeles", "2026-12-01 04:00"),
      // 01:30 comes twice, at 08:30 and at 09:30 UTC; JIRA may read either.
      ("2026-11-01T08:30:00Z", "America/Los_Angeles", "2026-11-01 00:59"),
      ("2026-11-01T09:30:00Z", "America/Los_Angeles", "2026-11-01 00:59"),
      ("2026-11-01T10:00:00Z", "America/Los_Angeles", "2026-11-01 02:00"),
      ("2027-03-14T10:00:00Z", "America/Los_Angeles", "2027-03-14 03:00"),
      ("2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-25 01:59"),
      ("2026-07-01T12:00:00Z", nil, "2026-07-01 00:00"),
      ("2026-07-01T12:00:00Z", "Mars/Olympus", "2026-07-01 00:00"),
    ] as [(String, String?, String)])
  func `A time is written as the clocks of a zone show it, never later than it is`(
    instant: String, zone: String?, expected: String
  ) async throws {
    let milliseconds = try #require(JiraTimestamp.parse(instant))
    try await withDatabase { database in
      let text = try await PollStore.localMinute(
        milliseconds, zone: zone, database: PostgresClient(try database.configuration))
      #expect(text == expected)
    }
  }
}
