import Foundation
import HTTP
import JSON
import Jira
import JobQueue
import Postgres
import TestSupport
import Testing

@testable import SyncEngine

/// One circuit for the site, which all workers share.
@Suite("The circuit", .requiresPostgres)
struct CircuitTests {
  private func circuit(_ world: SyncWorld) async throws -> (state: String, opened: Int) {
    let row = try await world.run("select state, opened_count from jira_sync.circuit").one
    return (try row.get("state"), try row.get("opened_count"))
  }

  private func events(_ world: SyncWorld) async throws -> [String] {
    try await world.run(
      "select kind from jira_sync.events where fingerprint = 'circuit' order by id"
    ).rows.map { try $0.get("kind") }
  }

  private func count(_ world: SyncWorld, _ outcomes: SQL) async throws -> Int {
    try await world.count("jira_sync.job_history where outcome in (" + outcomes + ")")
  }

  /// What may stand between all of us and JIRA.
  struct Wall: Sendable, CustomTestStringConvertible {
    let status: Int
    let cause: String
    var testDescription: String { cause }
    static let all = [
      Wall(status: 401, cause: "credentials"), Wall(status: 403, cause: "forbidden"),
    ]
  }

  /// Waits until a worker has heard of what another found.
  private func untilClosed(_ worker: RunningWorker) async throws {
    for _ in 0..<30_000 where worker.session.closedReason == nil {
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Catches a circuit of each worker's own: four events, and four workers that call on.
  @Test(arguments: Wall.all)
  func `It opens once for four workers, costs no attempt, and closes by itself`(_ wall: Wall)
    async throws
  {
    try await withSyncWorld { world in
      let ids = try await world.addRows(4)
      try await world.drain()
      let workers = try (1...4).map { number in try world.startWorker { $0.name = "w\(number)" } }
      try await world.wait(
        until:
          "(select count(*) = 4 from jira_sync.jira_sessions where verified_at is not null and name like 'w%')"
      )
      world.jira.forgetCalls()
      try world.jira.fail(nil, "/", ["status": .number(.init(wall.status))], times: nil)
      try await world.run("update public.file_audit set notes = 'later'")
      try await world.wait(until: "(select state <> 'closed' from jira_sync.circuit)")
      try await world.wait(until: "not exists (select from jira_sync.jobs where state = 'running')")
      for worker in workers {
        try await untilClosed(worker)
        #expect(worker.session.closedReason?.contains("\(wall.status)") == true)
      }
      // More work comes, and nobody takes it.
      let claimed = try await world.count("jira_sync.job_history")
      let more = try await world.addRows(4, from: 5)
      try await world.wait(until: "(select probes >= 1 from jira_sync.circuit)")
      #expect(try await world.count("jira_sync.job_history") == claimed)
      #expect(try await world.count("jira_sync.jobs where attempt > 0") == 0)
      #expect(try await events(world) == ["circuit_opened"])
      let row = try await world.run("select cause, reason, opened_by from jira_sync.circuit").one
      #expect(try row.get("cause", as: String.self) == wall.cause)
      #expect(try row.get("reason", as: String.self).contains("\(wall.status)"))
      #expect(try row.get("opened_by", as: String.self).hasPrefix("w"))

      world.jira.heal()
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      #expect(try await circuit(world) == ("closed", 1))
      #expect(try await events(world) == ["circuit_opened", "circuit_closed"])
      #expect(try await count(world, "'retry', 'dead', 'refused', 'crashed'") == 0)
      for id in ids + more { #expect(try await world.link(id).error == nil) }
      for worker in workers { try await worker.stop() }
    }
  }

  /// Catches two workers that open and close the circuit in turn, for as long as both live.
  @Test
  func `A worker with a wrong token among good ones: it stands aside, and they go on`() async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let good = try world.startWorker { $0.name = "good" }
      try await world.wait(
        until:
          "exists (select from jira_sync.jira_sessions where name = 'good' and verified_at is not null)"
      )
      let bad = try world.startWorker { setup in
        setup.name = "bad"
        setup.credentials = .basic(email: "sandbox@example.com", token: "expired")
        setup.hooks.refuses = 401
      }
      try await world.wait(
        until:
          "exists (select from jira_sync.jira_sessions where name = 'bad' and closed_reason is not null)"
      )
      for round in 1...5 {
        try await world.run(
          "update public.file_audit set notes = \("round \(round)") where id = \(id)")
        try await world.wait(until: "not exists (select from jira_sync.jobs)")
      }
      #expect(try world.jira.issue(key).text("Notes") == "round 5")
      #expect(bad.session.closedReason?.contains("401") == true)
      #expect(good.session.closedReason == nil)
      #expect(try await circuit(world) == ("closed", 0))
      #expect(try await events(world).isEmpty)
      try await bad.stop()
      try await good.stop()
    }
  }

  @Test
  func
    `The token of all has expired: one worker that is started with the new one closes it for all, once`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let expired = Once()
      let old = try (1...2).map { number in
        try world.startWorker { setup in
          setup.name = "old\(number)"
          setup.credentials = .bearer("sandbox")
          setup.hooks.refuses = 401
          setup.hooks.refusesAfter = expired
        }
      }
      try await world.wait(
        until:
          "(select count(*) = 2 from jira_sync.jira_sessions where verified_at is not null and name like 'old%')"
      )
      _ = expired.isFirst()
      try await world.run("update public.file_audit set notes = 'waits' where id = \(id)")
      try await world.wait(until: "(select state <> 'closed' from jira_sync.circuit)")
      let new = try world.startWorker { $0.name = "new" }
      try await world.wait(until: "not exists (select from jira_sync.jobs)")
      #expect(try world.jira.issue(key).text("Notes") == "waits")
      for round in 1...5 {
        try await world.run(
          "update public.file_audit set notes = \("round \(round)") where id = \(id)")
        try await world.wait(until: "not exists (select from jira_sync.jobs)")
      }
      #expect(try await circuit(world) == ("closed", 1))
      #expect(try await events(world) == ["circuit_opened", "circuit_closed"])
      #expect(new.session.closedReason == nil)
      for worker in old {
        try await untilClosed(worker)
        #expect(worker.session.closedReason?.contains("401") == true)
        try await worker.stop()
      }
      try await new.stop()
      #expect(try await count(world, "'retry', 'dead', 'refused'") == 0)
    }
  }

  /// Catches a draining worker that believes what the last one left in the database.
  @Test
  func `A worker that has just come finds out by itself, however the circuit stands`() async throws
  {
    try await withSyncWorld { world in
      let id = try await world.addRow()
      try await world.run(
        """
        select jira_sync.report_circuit_failure(
          gen_random_uuid(), 'gone:1', 'abc', 'unreachable', 'no connection', 'Wait.')
        """)
      try await world.run("update jira_sync.circuit set next_probe_at = now() + interval '1 hour'")
      try await world.drain()
      #expect(try await world.link(id).state == "linked")
      #expect(try await circuit(world).state == "closed")
      #expect(try await events(world) == ["circuit_opened", "circuit_closed"])
    }
  }

  @Test
  func `403 for one thing is for its job, and the circuit stays closed`() async throws {
    try await withSyncWorld { world in
      let (id, _) = try await world.addLinkedRow()
      try world.jira.fail("PUT", "/issue", ["status": 403], times: 1)
      try await world.run("update public.file_audit set notes = 'later' where id = \(id)")
      try await world.drain()
      #expect(try await circuit(world) == ("closed", 0))
      #expect(try await world.outcomes(id).suffix(2) == ["retry", "done"])
    }
  }

  @Test
  func `A worker whose connection alone is broken opens it once, and stands aside after that`()
    async throws
  {
    try await withSyncWorld { world in
      let (id, key) = try await world.addLinkedRow()
      let broken = Once()
      let lame = try world.startWorker { setup in
        setup.name = "lame"
        setup.hooks.isUnplugged = broken
      }
      try await world.wait(
        until:
          "exists (select from jira_sync.jira_sessions where name = 'lame' and verified_at is not null)"
      )
      _ = broken.isFirst()
      try await world.run("update public.file_audit set notes = 'first' where id = \(id)")
      try await world.wait(until: "(select state <> 'closed' from jira_sync.circuit)")
      let sound = try world.startWorker { $0.name = "sound" }
      for round in 1...5 {
        try await world.run(
          "update public.file_audit set notes = \("round \(round)") where id = \(id)")
        try await world.wait(until: "not exists (select from jira_sync.jobs)")
      }
      #expect(try world.jira.issue(key).text("Notes") == "round 5")
      #expect(try await circuit(world) == ("closed", 1))
      try await lame.stop()
      try await sound.stop()
    }
  }
}
