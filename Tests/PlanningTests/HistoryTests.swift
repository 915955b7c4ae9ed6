import JSON
import Jira
import Planning
import Simulation
import Testing

/// Random histories of two people and a worker: edits on both sides, runs late and twice, crashes between any two steps.
struct HistoryTests {
  /// Batches, so that the machine's cores share them.
  static let batches = 20
  /// `scripts/bench histories` runs a million in all.
  static let historiesPerBatch = 1_000

  @Test(arguments: 0..<batches)
  func `no history loses an edit, and every one comes to rest`(batch: Int) throws {
    let seed = SeededGenerator.runSeed &+ UInt64(batch) &* 1_000_003
    var generator = SeededGenerator(seed: seed)
    for number in 0..<Self.historiesPerBatch {
      let world = try HistoryWorld.random(.correct, &generator)
      try #require(
        world.violations.isEmpty,
        "JIRA_SYNC_TEST_SEED=\(SeededGenerator.runSeed), history \(number): \(world.violations) \(world.log.joined(separator: "\n"))"
      )
    }
  }

  @Test(arguments: BrokenWorker.all)
  func `the checker catches the ways that are known to lose data`(broken: BrokenWorker) throws {
    var generator = SeededGenerator(seed: SeededGenerator.runSeed)
    var caught = false
    // The rarest shows in one of some hundred histories.
    for _ in 0..<10_000 where !caught {
      caught = try !HistoryWorld.random(broken.worker, &generator).violations.isEmpty
    }
    #expect(caught, "\(broken.name) was not caught, JIRA_SYNC_TEST_SEED=\(SeededGenerator.runSeed)")
  }

  /// Catches a checker that takes a value put back during a run for an edit that the run never saw.
  @Test
  func `who puts back what a run has read has edited nothing`() throws {
    let mapping = try SampleSite.resolved()
    let start = SampleSite.linked(mapping)
    var world = HistoryWorld(
      mapping: mapping, row: start.row, issue: start.issue, base: start.base)
    world.personEditsRow { $0["audit_status"] = "COMPLETED" }
    world.run(.correct) { stage, world in
      switch stage {
      case .planned: world.personEditsRow { $0["audit_status"] = "NOT_STARTED" }
      case .noted: world.personEditsRow { $0["audit_status"] = "COMPLETED" }
      case .sent: break
      case .moved:
        world.personEditsIssue { $0["status"] = SampleSite.status("In Progress", "indeterminate") }
      }
    }
    world.comeToRest(.correct)
    #expect(world.row["audit_status"] == "IN_PROGRESS")
    #expect(world.violations.isEmpty)
  }

  /// Catches a checker that forgives more: what the run did not read is an edit, and is to be kept.
  @Test
  func `who writes something else than a run has read has edited`() throws {
    let mapping = try SampleSite.resolved()
    let start = SampleSite.linked(mapping)
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
}

extension BrokenWorker: CustomTestStringConvertible {
  /// The name of the way that loses data.
  public var testDescription: String { name }
}
