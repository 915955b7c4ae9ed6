import Foundation
import HTTP
import JSON
import JobQueue
import Postgres
import Simulation
import TestSupport
import Testing

@testable import SyncConfiguration
@testable import SyncEngine

/// One person edits rows, another one issues, both at random, and workers are lost wherever they stand.
@Suite("Two people at random, and workers that die", .requiresPostgres)
struct TwoPeopleTests {
  /// How long they go on; `JIRA_SYNC_TEST_SECONDS` makes it longer.
  static let seconds =
    ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_SECONDS"].flatMap(Double.init) ?? 6

  @Test
  func `When all is quiet both sides say the same, and three further polls write nothing`()
    async throws
  {
    let seed = SeededGenerator.runSeed
    try await withSyncWorld { world in
      var world = world
      world.setup.row.breaker.changes = 10_000
      let ids = try await world.addRows(8)
      try await world.drain()
      var keys: [String] = []
      for id in ids { keys.append(try await world.link(id).issueKey ?? "") }
      _ = try await world.poll()
      let deadline = ContinuousClock.now + .seconds(Self.seconds)
      let (people, rows, issues) = (world, ids, keys)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          var random = SeededGenerator(seed: seed)
          let application = try await people.database.connect()
          while ContinuousClock.now < deadline {
            let statement = RandomEdit.ofRow(random.pick(rows), &random)
            _ = try await application.query(statement, doing: "editing a row")
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...60, using: &random)))
          }
          await application.close()
        }
        group.addTask {
          var random = SeededGenerator(seed: seed &+ 1)
          while ContinuousClock.now < deadline {
            try RandomEdit.ofIssue(random.pick(issues), in: people.jira, &random)
            try await Task.sleep(for: .milliseconds(Int.random(in: 5...60, using: &random)))
          }
        }
        group.addTask {
          var random = SeededGenerator(seed: seed &+ 2)
          while ContinuousClock.now < deadline { try await loseWorker(in: people, &random) }
        }
        try await group.waitForAll()
      }
      for _ in 0..<4 { try await world.poll() }
      for round in 1...3 {
        try await world.poll()
        #expect(world.jira.writes() == [], "poll \(round), JIRA_SYNC_TEST_SEED=\(seed)")
      }
      for (id, key) in zip(ids, keys) {
        let (row, issue) = (try await world.row(id), try world.jira.issue(key))
        let about = Comment(rawValue: "row \(id), \(key), JIRA_SYNC_TEST_SEED=\(seed)")
        #expect(try await world.link(id).error == nil, about)
        #expect(plain(row["notes"]?.string) == plain(issue.text("Notes")), about)
        #expect(plain(row["technical_debt"]?.string) == plain(issue.text("Technical debt")), about)
        #expect(
          (row["workflows"]?.array ?? []).compactMap(\.string).sorted()
            == issue.options("Workflows"), about)
        #expect(row["audited_by"]?.string == issue.text("Audited by"), about)
        #expect(row["layer_number"]?.integer == issue["Layer number"]?.integer, about)
        let state = (row["has_technical_debt"]?.bool, row["audit_status"]?.string, issue.status)
        switch state {
        case (false, _, "Done"), (true, "NOT_STARTED", "To Do"): break
        case (true, "IN_PROGRESS", "In Progress"), (true, "IN_PROGRESS", "Review"): break
        case (true, "IN_PROGRESS", "Blocked"): break
        // An audited file keeps its debt whatever the issue's status is, unless it was fixed.
        case (true, "COMPLETED", _): break
        default: Issue.record("\(state) do not go together, \(about)")
        }
      }
      #expect(try await world.count("jira_sync.jobs") == 0)
      #expect(try await world.count("jira_sync.changes") > 0)
    }
  }

  private func plain(_ text: String?) -> String? {
    guard let text, !text.isEmpty else { return nil }
    return text
  }

  /// Runs a worker with polls for a short time, and loses it at some call: its jobs are given to another one before it knows.
  private func loseWorker(in world: SyncWorld, _ random: inout SeededGenerator) async throws {
    let once = Once(at: Int.random(in: 8...40, using: &random))
    let gate = FirstTaskGate()
    let isBefore = random.happens(oneIn: 2)
    let worker = try world.startWorker { setup in
      if isBefore {
        setup.hooks.before = { _ in if once.isFirst() { await gate.stopHere() } }
      } else {
        setup.hooks.after = { _ in if once.isFirst() { await gate.stopHere() } }
      }
    }
    try await world.enqueuePoll()
    let patience = Duration.milliseconds(Int.random(in: 300...1_200, using: &random))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await gate.reached() }
      group.addTask { _ = try? await Task.sleep(for: patience) }
      await group.next()
      group.cancelAll()
    }
    try await world.rescueAll()
    // What has left for JIRA cannot be called back; only an answer comes late.
    if !isBefore { gate.open() }
    try await worker.stopAtOnce()
  }
}

extension SyncWorld {
  fileprivate func enqueuePoll() async throws {
    let other = try await database.connect()
    _ = try await other.query(
      "insert into jira_sync.jobs (kind) values ('poll')", doing: "asking for a poll")
    await other.close()
  }
}
