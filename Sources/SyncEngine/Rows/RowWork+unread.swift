import JSON
import Jira
import JobQueue
import Planning

extension RowWork {
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

  /// Reads the properties of those new issues alone whose fields leave it open which row they are for.
  ///
  /// The order of a bulk answer says which issue came from which draft. An issue with the very summary of its draft, which no other draft of
  /// the run has, confirms it.
  func addMarkers(to batch: inout IssueBatch, made: [MadeIssue]) async throws {
    let summaries = Dictionary(grouping: made) { $0.draft.issueDraft.fields["summary"] }
    let entries = Dictionary(made.map { ($0.id, $0) }) { $1 }
    for (place, issue) in batch.found.enumerated() {
      guard let entry = entries[issue.id], !entry.isAlone else { continue }
      let summary = entry.draft.issueDraft.fields["summary"]
      if issue.fields["summary"] == summary && summaries[summary]?.count == 1 { continue }
      do {
        batch.found[place].properties[IssueMarker.property] = try await site.client.property(
          IssueMarker.property, of: issue.id)
      } catch let error as JiraError {
        batch.failed[issue.id] = error
      }
    }
    batch.found.removeAll { batch.failed[$0.id] != nil }
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
