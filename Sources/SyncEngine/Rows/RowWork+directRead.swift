import Jira
import JobQueue
import Locks
import Mapping
import Planning

extension RowWork {
  /// Reads the issues of those steps that must not rest on values of an index, and plans them anew.
  ///
  /// - Parameter steps: steps, as they were planned on what was read first.
  /// - Returns: the steps in their order; without those whose issue could not be read or is not there, whose jobs have ended.
  /// - Throws: `LeaseLost` or `PostgresError`; what JIRA says ends the job that it is about.
  func readingDirectly(_ steps: [PairStep]) async throws -> [PairStep] {
    let indexed = steps.filter(\.needsDirectRead)
    guard !indexed.isEmpty else { return steps }
    let planned = Lock<[RowKey: PairStep]>([:])
    let lost = Lock<[WorkItem]>([])
    try await forEach(indexed) { step in
      guard run.isOpen(step.item.job) else { return }
      do {
        let read = try await site.client.issue(
          step.issue.id, fields: site.mapping.issueFieldIDs, properties: [IssueMarker.property])
        guard let read else {
          lost.withLock { $0.append(step.item) }
          return
        }
        let again = try await replanned(step.item, on: read)
        planned.withLock { $0[step.item.rowKey] = again }
      } catch let error as JiraError {
        try await settleFailed([step.item.job], error: error)
      }
    }
    try await refuseLost(lost.withLock { $0 })
    let again = planned.withLock { $0 }
    return steps.compactMap { $0.needsDirectRead ? again[$0.item.rowKey] : $0 }
  }

  /// Plans on an issue; what was sent with a creation and never read is compared with it first.
  private func replanned(_ item: WorkItem, on issue: Issue) async throws -> PairStep {
    guard let base = item.link?.base, base.isUnconfirmed else {
      return PairStep(item: item, issue: issue, site: site)
    }
    let known = try await confirmed(base, issue: issue, item: item)
    return PairStep(item: item, issue: known.issue, site: site, base: known.base)
  }
}
