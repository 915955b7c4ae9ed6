import Jira
import Sync
import Testing

/// Workers that go wrong in the ways in which well-known tools did.
struct BrokenWorker: Sendable, CustomTestStringConvertible {
  let name: String
  let worker: HistoryWorld.Worker

  var testDescription: String { name }

  static let all = [
    BrokenWorker(name: "a base of hashes", worker: HistoryWorld.Worker(plan: hashesOnly)),
    BrokenWorker(name: "the last writer by the clock", worker: HistoryWorld.Worker(plan: byClock)),
    BrokenWorker(
      name: "a base that is not read again",
      worker: HistoryWorld.Worker(plan: HistoryTests.worker.plan, rereadsBase: false)),
    BrokenWorker(
      name: "an echo taken for an edit",
      worker: HistoryWorld.Worker(plan: HistoryTests.worker.plan, rebasesOnItsOwnWrites: false)),
    BrokenWorker(
      name: "a write that is not noted before it is sent",
      worker: HistoryWorld.Worker(plan: HistoryTests.worker.plan, notesWhatItSends: false)),
  ]

  /// One side wins as a whole, since nothing tells which field changed.
  private static func whole(_ base: Base?, _ world: HistoryWorld, winner: SyncDirection) -> Plan {
    var mapping = world.mapping
    for index in mapping.fields.indices
    where mapping.fields[index].mapping.direction == .both {
      mapping.fields[index].mapping.direction = winner
    }
    var result = plan(
      base: base, row: .present(world.row), issue: .present(world.issue), mapping: mapping)
    result.conflicts = []
    return result
  }

  @Sendable private static func hashesOnly(_ base: Base?, _ world: HistoryWorld) -> Plan {
    let rowChanged = world.tracked.contains { field in
      base?.fields[field.name]?.canonical != world.rowCanonical(field)
    }
    return whole(base, world, winner: rowChanged ? .push : .pull)
  }

  @Sendable private static func byClock(_ base: Base?, _ world: HistoryWorld) -> Plan {
    whole(base, world, winner: world.rowTime >= world.issueTime ? .push : .pull)
  }
}
