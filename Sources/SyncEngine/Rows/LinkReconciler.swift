import JSON
import Jira
import JobQueue
import Locks
import Mapping
import Planning
import Postgres

/// Reconciles linked rows with their issues: reads the issues, plans, and has the plans executed.
struct LinkReconciler: RowRunPart {
  let context: RowContext

  private var executor: PlanExecutor { PlanExecutor(context: context) }
  private var histories: IssueHistories { IssueHistories(context: context) }
  private var storage: StorageCheck { StorageCheck(context: context) }

  /// Reconciles rows with the issues that they are linked with.
  func reconcile(_ items: [WorkItem]) async throws {
    let ids = items.compactMap(\.link?.issueID)
    let isCloud = site.client.dialect == .cloud
    let limit = RemoteTimeLimit(now: site.client.clock.now)
    var batch = try await site.client.issues(
      ids: ids, fields: Array(Set(site.mapping.issueFieldIDs + ["labels"])).sorted(),
      // Elsewhere it is a call for each issue, so only where a write token has to be compared.
      properties: isCloud ? [IssueMarker.property] : [],
      withChanges: items.contains { $0.sides.row },
      seen: Dictionary(
        items.compactMap { item in
          item.link.flatMap { link in
            link.issueID.flatMap { id in limit.believed(link.issueUpdated).map { (id, $0) } }
          }
        }, uniquingKeysWith: max))
    if !isCloud { try await addWriteTokens(to: &batch, items: items) }
    let issues = Dictionary(batch.found.map { ($0.id, $0) }) { $1 }
    var steps: [Reconciliation] = []
    var lost: [WorkItem] = []
    var unread: [(item: WorkItem, error: JiraError)] = []
    for item in items {
      if let id = item.link?.issueID, let issue = issues[id] {
        guard let base = item.link?.base, base.isUnconfirmed else {
          steps.append(Reconciliation(item: item, issue: issue, site: site))
          continue
        }
        do {
          let found = try await storage.confirmed(base, issue: issue, item: item)
          steps.append(Reconciliation(item: item, issue: found.issue, site: site, base: found.base))
        } catch let error as JiraError {
          try await settleFailed([item.job], error: error)
        }
      } else if let error = item.link?.issueID.flatMap({ batch.failed[$0] }) {
        unread.append((item, error))
      } else {
        lost.append(item)
      }
    }
    try await refuseLost(lost)
    try await settleUnread(unread)
    try await finish(steps.filter { !$0.needsDirectRead })
    let indexed = steps.filter(\.needsDirectRead)
    // A few at a time: what is read and written too late for the budget of calls would be read again.
    for start in stride(from: 0, to: indexed.count, by: options.width) {
      let some = Array(indexed[start..<min(start + options.width, indexed.count)])
      guard .now < context.freshUntil else {
        try await executor.postpone(Array(indexed[start...]))
        return
      }
      try await finish(try await readingDirectly(some))
    }
  }

  /// Asks for what the plans lack, and carries them out.
  private func finish(_ steps: [Reconciliation]) async throws {
    guard !steps.isEmpty else { return }
    let named = try await histories.askingForResolutionNames(steps)
    let current = try await withoutOutdated(named, job: \.item.job, problems: \.plan.problems)
    try await executor.execute(
      try await histories.askingForAuthors(try await histories.askingForResolvers(current)))
  }

  /// An issue that does not show is not deleted for that: it may have been moved out of sight, or a right may be missing.
  func refuseLost(_ items: [WorkItem]) async throws {
    guard !items.isEmpty else { return }
    let failures = items.map { item in
      let key = item.link?.issueKey ?? "its issue"
      let text = """
        \(key) was not found: it was deleted or moved, or this account may no longer see it. Give the account back the \
        permission Browse projects, or unlink the row.
        """
      return (item: item, text: text)
    }
    try await fail(failures, doing: "noting that issues were not found", isIssueRefused: true) {
      .refused($1)
    }
  }

  /// Reads the issues of those steps that must not rest on values of an index, and plans them anew.
  ///
  /// - Parameter steps: steps, as they were planned on what was read first.
  /// - Returns: the steps in their order; without those whose issue could not be read or is not there, whose jobs have ended.
  /// - Throws: `LeaseLost` or `PostgresError`; what JIRA says ends the job that it is about.
  func readingDirectly(_ steps: [Reconciliation]) async throws -> [Reconciliation] {
    let indexed = steps.filter(\.needsDirectRead)
    guard !indexed.isEmpty else { return steps }
    let planned = Lock<[RowKey: Reconciliation]>([:])
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
  private func replanned(_ item: WorkItem, on issue: Issue) async throws -> Reconciliation {
    guard let base = item.link?.base, base.isUnconfirmed else {
      return Reconciliation(item: item, issue: issue, site: site)
    }
    let known = try await storage.confirmed(base, issue: issue, item: item)
    return Reconciliation(item: item, issue: known.issue, site: site, base: known.base)
  }

  /// Settles jobs whose issues could not be read, while those of others could: the link names what is in the way.
  func settleUnread(_ unread: [(item: WorkItem, error: JiraError)]) async throws {
    var lasting: [(item: WorkItem, text: String)] = []
    var passing: [(item: WorkItem, text: String)] = []
    for (item, error) in unread {
      let text = UnreadIssue(
        id: item.link?.issueID ?? "?", key: item.link?.issueKey, error: error
      ).text
      if session.closedReason != nil {
        try await settleFailed([item.job], error: error)
      } else if error.isLastingForOneIssue {
        lasting.append((item, text))
      } else if error.kind == .unexpectedAnswer {
        passing.append((item, text))
      } else {
        try await settleFailed([item.job], error: error)
      }
    }
    if !lasting.isEmpty {
      try await fail(lasting, doing: "noting which issues cannot be read") { .refused($1) }
    }
    if !passing.isEmpty {
      try await fail(passing, doing: "noting which issues cannot be read") { [run] job, text in
        .retry(text, after: run.retryDelay(job))
      }
    }
  }

  /// Reads the properties of those issues alone that a lost lease may have written: they differ from what was agreed, and a lease that
  /// was about to write has never told how that ended.
  func addWriteTokens(to batch: inout IssueBatch, items: [WorkItem]) async throws {
    let links = Dictionary(
      items.compactMap { item in item.link.flatMap { link in link.issueID.map { ($0, link) } } }
    ) { $1 }
    var found: [Issue] = []
    for var issue in batch.found {
      if let link = links[issue.id], let base = link.base,
        base.hasUnknownWriter(recorded: link.writeToken),
        !IssueDifference(
          of: issue, key: issue.key, base: base, mapping: site.mapping, dialect: site.client.dialect
        ).fields.isEmpty
      {
        do {
          issue.properties[IssueMarker.property] = try await site.client.property(
            IssueMarker.property, of: issue.id)
        } catch let error as JiraError {
          batch.failed[issue.id] = error
          continue
        }
      }
      found.append(issue)
    }
    batch.found = found
  }
}
