import Planning

extension HistoryWorld {
  /// One history, from a pair in sync or one that never met, to rest.
  ///
  /// - Parameters:
  ///   - worker: how runs go about it.
  ///   - generator: where chance comes from.
  /// - Returns: the world at rest, with what went wrong.
  /// - Throws: `MappingError` where the sample mapping does not fit the sample site.
  package static func random(
    _ worker: Worker, _ generator: inout SeededGenerator
  ) throws -> HistoryWorld {
    let mapping = try HistoryEdits.mapping(&generator)
    let start = SampleSite.linked(mapping)
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
        let crash = generator.happens(oneIn: 3) ? generator.pick(HistoryWorld.Stage.allCases) : nil
        world.run(worker, crash: crash) { stage, world in
          if generator.happens(oneIn: 6) {
            world.personEditsRow { HistoryEdits.row(&$0, &generator) }
          }
          // JIRA has no compare-and-set: what is edited between our look and our write is beyond
          // any plan.
          if stage == .moved, generator.happens(oneIn: 4) {
            world.personEditsIssue { HistoryEdits.issue(&$0, mapping, &generator) }
          }
        }
      }
    }
    world.comeToRest(worker)
    return world
  }
}
