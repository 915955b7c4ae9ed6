import Jira
import JobQueue
import Locks

extension RowWork {
  /// Reads the issues of those steps that must not rest on values of an index, and plans them anew.
  ///
  /// - Parameter steps: steps, as they were planned on what was read first.
  /// - Returns: the steps in their order; without those whose issue could not be read or is not there, whose jobs have ended.
  func readingDirectly(_ steps: [PairStep]) async throws -> [PairStep] {
    let indexed = steps.filter(\.needsDirectRead)
    guard !indexed.isEmpty else { return steps }
    let found = Lock<[RowKey: Issue]>([:])
    let lost = Lock<[WorkItem]>([])
    try await forEach(indexed) { step in
      guard run.isOpen(step.item.job) else { return }
      do {
        let issue = try await site.client.issue(
          step.issue.id, fields: site.mapping.issueFieldIDs, properties: [IssueMarker.property])
        if let issue {
          found.withLock { $0[step.item.rowKey] = issue }
        } else {
          lost.withLock { $0.append(step.item) }
        }
      } catch let error as JiraError {
        try await settleFailed([step.item.job], error: error)
      }
    }
    try await refuseLost(lost.withLock { $0 })
    let issues = found.withLock { $0 }
    return steps.compactMap { step in
      guard step.needsDirectRead else { return step }
      return issues[step.item.rowKey].map { PairStep(item: step.item, issue: $0, site: site) }
    }
  }
}
