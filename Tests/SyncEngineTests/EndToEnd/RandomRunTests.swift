import HTTP
import JSON
import JobQueue
import Postgres
import Simulation
import TestSupport
import Testing

@testable import SyncEngine

/// Histories that nobody thought of.
///
/// Rows come one by one and in bulk, JIRA fails in every way before and after its commit, workers are lost wherever they
/// stand, rows are edited meanwhile. When all is quiet, each row has one issue, and both say the same.
@Suite("Random histories of creation", .requiresPostgres)
struct RandomRunTests {
  /// Catches what no single test names; each of the broken variants of `ExactlyOneTests` fails here within a few runs.
  @Test(arguments: 0..<10)
  func `A hundred runs, each row has exactly one issue`(world number: Int) async throws {
    var random = SeededGenerator(seed: SeededGenerator.runSeed &+ UInt64(number) &* 7_919)
    try await withSyncWorld(indexLag: .milliseconds(50)) { world in
      var world = world
      world.setup.row.lookupTimes = [.milliseconds(30), .milliseconds(100), .milliseconds(700)]
      var next = 1
      var ids: [Int64] = []
      for run in 1...10 {
        let steps = RandomRun(using: &random)
        for fault in steps.faults { try world.jira.fail("POST", "/issue", fault) }
        if steps.isBulk {
          ids += try await world.addRows(steps.rows, from: next)
        } else {
          for number in next..<next + steps.rows { ids.append(try await world.addRow(number)) }
        }
        next += steps.rows
        try await perform(steps, in: world, newest: ids.suffix(steps.rows))
        world.jira.heal()
        try await world.drain()
        try await expectAllWell(in: world, ids, run: run, steps)
      }
    }
  }

  private func perform(_ steps: RandomRun, in world: SyncWorld, newest: ArraySlice<Int64>)
    async throws
  {
    guard let lostAt = steps.lostAt else {
      try await world.drain(within: .milliseconds(steps.drainsWithin))
      try await edit(newest, steps, world)
      return
    }
    let once = Once(at: lostAt)
    let gate = FirstTaskGate()
    let worker = try world.startWorker { setup in
      if steps.isLostBefore {
        setup.hooks.before = { _ in if once.isFirst() { await gate.stopHere() } }
      } else {
        setup.hooks.after = { _ in if once.isFirst() { await gate.stopHere() } }
      }
    }
    let idle = Task {
      try await world.wait(until: "not exists (select from jira_sync.jobs where run_at <= now())")
    }
    // Either it comes to the gate, or there are fewer calls than that.
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await gate.reached() }
      group.addTask { _ = await idle.result }
      await group.next()
      group.cancelAll()
      idle.cancel()
    }
    try await edit(newest, steps, world)
    if steps.isRescued {
      try await world.run(
        """
        update jira_sync.jobs set state = 'ready', worker = null, token = null, crashes = crashes + 1
        where state = 'running'
        """)
    }
    if steps.comesBack { gate.open() }
    try await worker.stopAtOnce()
  }

  private func edit(_ rows: ArraySlice<Int64>, _ steps: RandomRun, _ world: SyncWorld) async throws
  {
    guard steps.isEdited, let row = rows.first else { return }
    try await world.run("update public.file_audit set notes = 'edited meanwhile' where id = \(row)")
  }

  private func expectAllWell(
    in world: SyncWorld, _ ids: [Int64], run: Int, _ steps: RandomRun
  ) async throws {
    let about = Comment(
      rawValue: "JIRA_SYNC_TEST_SEED=\(SeededGenerator.runSeed), run \(run): \(steps)")
    let issues = try world.jira.issues()
    #expect(issues.count == ids.count, about)
    let byPath = Dictionary(grouping: issues) { $0.text("File path") ?? "" }
    let rows = try await world.run(
      """
      select l.state, l.issue_key, l.last_error, f.file_path, f.notes,
        f.jira_tickets = array[l.issue_key]::varchar[] as named
      from public.file_audit as f left join jira_sync.links as l on l.row_id = f.id::text
      """
    ).rows
    for row in rows {
      let path: String = try row.get("file_path")
      #expect(try row.get("state", as: String?.self) == "linked", about)
      #expect(try row.get("last_error", as: String?.self) == nil, about)
      #expect(try row.get("named", as: Bool?.self) == true, about)
      let own = byPath[path] ?? []
      #expect(own.map(\.key) == [try row.get("issue_key", as: String?.self)], about)
      #expect(own.first?.text("Notes") == (try row.get("notes", as: String?.self)), about)
    }
    #expect(try await world.count("jira_sync.jobs") == 0, about)
    #expect(try await world.count("jira_sync.conflicts") == 0, about)
  }
}
