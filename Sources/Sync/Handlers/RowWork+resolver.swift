import Jira
import Locks

extension RowWork {
  /// Asks JIRA who resolved issues, where a row is to be told.
  ///
  /// - Returns: the steps, planned anew where JIRA named somebody; without those that JIRA could not be asked about, whose
  ///   jobs have ended.
  func askingForResolvers(_ steps: [PairStep]) async throws -> [PairStep] {
    let open = steps.filter { $0.plan.needsResolver && $0.item.sides.row }
    guard !open.isEmpty else { return steps }
    let resolvers = Lock<[Int64: IssueSnapshot.Resolver]>([:])
    let failed = Lock<Set<Int64>>([])
    try await forEach(open) { step in
      do {
        guard let user = try await site.client.resolver(of: step.issue.id) else { return }
        resolvers.withLock {
          $0[step.item.rowID] = IssueSnapshot.Resolver(id: user.id, displayName: user.displayName)
        }
      } catch let error as JiraError {
        failed.withLock { _ = $0.insert(step.item.rowID) }
        try await settleFailed([step.item.job], error: error)
      }
    }
    let known = resolvers.withLock { $0 }
    let left = failed.withLock { $0 }
    return steps.filter { !left.contains($0.item.rowID) }.map { step in
      guard let resolver = known[step.item.rowID] else { return step }
      return PairStep(item: step.item, issue: step.issue, site: site, resolver: resolver)
    }
  }
}
