import FoundationEssentials
import JSON
import Jira
import JobQueue
import Locks
import Logging
import Planning

/// Asks the histories of issues for what plans lack: who resolved, who edited, and stored names of resolutions.
struct IssueHistories: RowRunPart {
  let context: RowContext

  /// Asks JIRA who resolved issues, where a row is to be told.
  ///
  /// - Returns: the steps, planned anew where JIRA named a user; without those that JIRA could not be asked about, whose
  ///   jobs have ended.
  func askingForResolvers(_ steps: [Reconciliation]) async throws -> [Reconciliation] {
    let open = steps.filter { $0.plan.needsResolver && $0.item.sides.row }
    guard !open.isEmpty else { return steps }
    let resolvers = Lock<[RowKey: IssueSnapshot.Resolver]>([:])
    let failed = Lock<Set<RowKey>>([])
    try await forEach(open) { step in
      do {
        // Most often it came with the issue.
        let known = IssueChange.resolver(in: step.issue.changes)
        let asked = known == nil ? try await site.client.resolver(of: step.issue.id) : known
        guard let user = asked else { return }
        resolvers.withLock {
          $0[step.item.rowKey] = IssueSnapshot.Resolver(id: user.id, displayName: user.displayName)
        }
      } catch let error as JiraError {
        failed.withLock { _ = $0.insert(step.item.rowKey) }
        try await settleFailed([step.item.job], error: error)
      }
    }
    let known = resolvers.withLock { $0 }
    let left = failed.withLock { $0 }
    return steps.filter { !left.contains($0.item.rowKey) }.map { step in
      guard let resolver = known[step.item.rowKey] else { return step }
      return Reconciliation(item: step.item, issue: step.issue, site: site, resolver: resolver)
    }
  }

  /// Asks the histories of issues for the stored name of a resolution that the configuration does not know as it is shown.
  ///
  /// Data Center shows names in the account's language and gives no other, but a history keeps the stored ones.
  ///
  /// - Parameter steps: what was planned.
  /// - Returns: the steps, planned anew where a history told a name; without those that JIRA could not be asked about, whose
  ///   jobs have ended.
  /// - Throws: `LeaseLost`; what JIRA says is settled.
  func askingForResolutionNames(_ steps: [Reconciliation]) async throws -> [Reconciliation] {
    let open = steps.filter { $0.plan.unrecognisedResolution != nil && $0.issue.hasUnknownName }
    guard !open.isEmpty else { return steps }
    let named = Lock<[RowKey: Issue]>([:])
    let failed = Lock<Set<RowKey>>([])
    try await forEach(open) { step in
      do {
        var issue = step.issue
        if issue.changes.isEmpty { issue.changes = try await site.client.changes(of: issue.id) }
        guard issue.nameResolution() else { return }
        let known = issue
        named.withLock { $0[step.item.rowKey] = known }
      } catch let error as JiraError {
        failed.withLock { _ = $0.insert(step.item.rowKey) }
        try await settleFailed([step.item.job], error: error)
      }
    }
    let known = named.withLock { $0 }
    let left = failed.withLock { $0 }
    return steps.filter { !left.contains($0.item.rowKey) }.map { step in
      guard let issue = known[step.item.rowKey] else { return step }
      return Reconciliation(item: step.item, issue: issue, site: site)
    }
  }

  /// Asks JIRA who edited the issues of conflicts that are about to be recorded: a call for each, and conflicts are rare.
  ///
  /// - Parameter steps: what is about to be carried out.
  /// - Returns: the same steps; where JIRA does not say, without an author.
  /// - Throws: `LeaseLost`; what JIRA says is logged.
  func askingForAuthors(_ steps: [Reconciliation]) async throws -> [Reconciliation] {
    let open = steps.filter(\.lacksAuthors)
    guard !open.isEmpty else { return steps }
    let found = Lock<[RowKey: [IssueChange]]>([:])
    try await forEach(open) { step in
      do {
        let changes = try await site.client.changes(of: step.issue.id)
        found.withLock { $0[step.item.rowKey] = changes }
      } catch let error as JiraError {
        // The conflict is recorded all the same.
        logger.info("\(step.issue.key) does not tell who edited it: \(error)")
      }
    }
    let known = found.withLock { $0 }
    return steps.map { step in
      var step = step
      if let changes = known[step.item.rowKey] { step.history = changes }
      return step
    }
  }
}

extension Issue {
  /// Whether JIRA does not give the stored name of its resolution.
  fileprivate var hasUnknownName: Bool { fields["resolution"]?["untranslatedName"] == nil }

  /// Gives its resolution the stored name that its history knows.
  ///
  /// - Returns: whether the history knows one.
  fileprivate mutating func nameResolution() -> Bool {
    guard let resolution = fields["resolution"], let id = resolution["id"]?.string,
      let name = IssueChange.storedName(ofResolution: id, in: changes)
    else { return false }
    fields["resolution"]?["untranslatedName"] = .string(name)
    return true
  }
}
