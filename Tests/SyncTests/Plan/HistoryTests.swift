import Foundation
import JSON
import Jira
import Sync
import Testing

/// Random histories of two people and a worker: edits on both sides, runs late and twice, crashes between any two steps.
struct HistoryTests {
  /// Batches, so that the machine's cores share them.
  static let batches = 20
  /// `scripts/bench` asks for a million in all.
  static let historiesPerBatch =
    ProcessInfo.processInfo.environment["JIRA_SYNC_TEST_HISTORIES"].flatMap(Int.init) ?? 1_000

  static let worker = HistoryWorld.Worker(plan: { base, world in
    plan(
      base: base, row: .present(world.row), issue: .present(world.issue), mapping: world.mapping)
  })

  @Test("no history loses an edit, and every one comes to rest", arguments: 0..<batches)
  func comesToRest(batch: Int) throws {
    let seed = SeededGenerator.runSeed &+ UInt64(batch) &* 1_000_003
    var generator = SeededGenerator(seed: seed)
    for number in 0..<Self.historiesPerBatch {
      let world = try Self.history(Self.worker, &generator)
      try #require(
        world.violations.isEmpty,
        "JIRA_SYNC_TEST_SEED=\(SeededGenerator.runSeed), history \(number): \(world.violations) \(world.log.joined(separator: "\n"))"
      )
    }
  }

  @Test("the checker catches the ways that are known to lose data", arguments: BrokenWorker.all)
  func catches(broken: BrokenWorker) throws {
    var generator = SeededGenerator(seed: SeededGenerator.runSeed)
    var caught = false
    // The rarest shows in one of some hundred histories.
    for _ in 0..<10_000 where !caught {
      caught = try !Self.history(broken.worker, &generator).violations.isEmpty
    }
    #expect(caught, "\(broken.name) was not caught, JIRA_SYNC_TEST_SEED=\(SeededGenerator.runSeed)")
  }

  /// Catches a checker that takes a value put back during a run for an edit that the run never saw.
  @Test("who puts back what a run has read has edited nothing")
  func putsBack() throws {
    let mapping = try Site.resolved()
    let start = Site.linked(mapping)
    var world = HistoryWorld(
      mapping: mapping, row: start.row, issue: start.issue, base: start.base)
    world.personEditsRow { $0["audit_status"] = "COMPLETED" }
    world.run(Self.worker) { moment, world in
      switch moment {
      case .planned: world.personEditsRow { $0["audit_status"] = "NOT_STARTED" }
      case .noted: world.personEditsRow { $0["audit_status"] = "COMPLETED" }
      case .sent: break
      case .moved:
        world.personEditsIssue { $0["status"] = Site.status("In Progress", "indeterminate") }
      }
    }
    world.comeToRest(Self.worker)
    #expect(world.row["audit_status"] == "IN_PROGRESS")
    #expect(world.violations.isEmpty)
  }

  /// Catches a checker that forgives more: what the run did not read is an edit, and is to be kept.
  @Test("who writes something else than a run has read has edited")
  func writesAnother() throws {
    let mapping = try Site.resolved()
    let start = Site.linked(mapping)
    var world = HistoryWorld(
      mapping: mapping, row: start.row, issue: start.issue, base: start.base)
    // It takes for agreed what it finds in the end, not what it planned with.
    let read = world.reading
    world.personEditsRow { $0["audit_status"] = "COMPLETED" }
    world.base?.fields["audit_status"] = BaseField(
      raw: [:], canonical: .option("kept"), issue: .option("to_do"))
    world.settle(read)
    world.overwrite(.row, "audit_status")
    #expect(!world.violations.isEmpty)
  }

  /// One history, from a pair in step or one that never met, to rest.
  static func history(
    _ worker: HistoryWorld.Worker, _ generator: inout SeededGenerator
  ) throws -> HistoryWorld {
    let mapping = try HistoryEdits.mapping(&generator)
    let start = Site.linked(mapping)
    var world = HistoryWorld(
      mapping: mapping, row: start.row, issue: start.issue, base: start.base)
    if generator.happens(oneIn: 8) {
      world.personEditsRow { HistoryEdits.row(&$0, &generator) }
      world.personEditsIssue { HistoryEdits.issue(&$0, mapping, &generator) }
      world = HistoryWorld(mapping: mapping, row: world.row, issue: world.issue, base: nil)
    }
    for _ in 0..<Int.random(in: 1...10, using: &generator) {
      switch Int.random(in: 0..<8, using: &generator) {
      case 0, 1:
        world.personEditsRow { HistoryEdits.row(&$0, &generator) }
        world.rowTime = max(world.rowTime, world.issueTime) + generator.pick([-3, 1])
      case 2, 3:
        world.personEditsIssue { HistoryEdits.issue(&$0, mapping, &generator) }
        world.issueTime = max(world.rowTime, world.issueTime) + generator.pick([-3, 1])
      default:
        let crash = generator.happens(oneIn: 3) ? generator.pick(HistoryWorld.Moment.allCases) : nil
        world.run(worker, crash: crash) { moment, world in
          if generator.happens(oneIn: 6) {
            world.personEditsRow { HistoryEdits.row(&$0, &generator) }
          }
          // JIRA has no compare-and-set: what is edited between our look and our write is beyond
          // any plan.
          if moment == .moved, generator.happens(oneIn: 4) {
            world.personEditsIssue { HistoryEdits.issue(&$0, mapping, &generator) }
          }
        }
      }
    }
    world.comeToRest(worker)
    return world
  }
}
