import Jira
import Mapping
import Planning

/// Workers that go wrong in the ways in which well-known tools did.
package struct BrokenWorker: Sendable {
  package let name: String
  package let worker: HistoryWorld.Worker

  package static let all = [
    BrokenWorker(name: "a base of hashes", worker: HistoryWorld.Worker(plan: hashesOnly)),
    BrokenWorker(name: "the last writer by the clock", worker: HistoryWorld.Worker(plan: byClock)),
    BrokenWorker(
      name: "a base that is not read again",
      worker: HistoryWorld.Worker(plan: HistoryWorld.Worker.correct.plan, rereadsBase: false)),
    BrokenWorker(
      name: "an echo taken for an edit",
      worker: HistoryWorld.Worker(
        plan: HistoryWorld.Worker.correct.plan, rebasesOnItsOwnWrites: false)),
    BrokenWorker(
      name: "a write that is not noted before it is sent",
      worker: HistoryWorld.Worker(plan: HistoryWorld.Worker.correct.plan, notesWhatItSends: false)),
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
