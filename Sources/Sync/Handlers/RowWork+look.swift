import JSON
import Jira
import JobQueue
import Logging
import Postgres

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension RowWork {
  /// Notes that nobody knows whether an issue was made, and comes back to look for it.
  func admitUnknown(_ draft: CreationDraft, error: JiraError) async throws {
    let item = draft.item
    let text = "it is not known whether JIRA made the issue, it is being looked for: \(error)"
    logger.warning("\(item.filePath): \(text)")
    let delay = options.looks.first ?? .seconds(2)
    try await run.write(for: [item.job], doing: "noting a creation without an answer") {
      transaction, _ in
      _ = try await transaction.query(
        RowStore.unknown([(item.rowID, text, 0)]), doing: "noting a creation without an answer")
      return [(item.job, .postponed(text, after: delay))]
    }
  }

  /// Looks for issues whose creation went unanswered, by their markers.
  ///
  /// JIRA's search lags behind its writes, so it is looked for several times before the last no is believed.
  func look(for items: [WorkItem]) async throws {
    let schedule = LookSchedule(looks: options.looks)
    var due: [(item: WorkItem, marker: UUID)] = []
    for item in items {
      guard let link = item.link, let marker = link.marker else { continue }
      // A run that was lost while it created does not know either.
      switch schedule.next(looks: link.looks, sinceAttempt: link.sinceAttempt ?? .zero) {
      case .wait(let delay):
        try await run.write(for: [item.job], doing: "waiting to look for an issue") {
          transaction, _ in
          let text =
            link.lastError ?? "a worker was lost while it created the issue; it is being looked for"
          _ = try await transaction.query(
            RowStore.unknown([(item.rowID, text, link.looks)]),
            doing: "waiting to look for an issue")
          return [(item.job, .postponed(text, after: delay))]
        }
      case .look: due.append((item, marker))
      }
    }
    guard !due.isEmpty else { return }
    let labels = due.map { IssueMarker.label($0.marker) }
    let query = try JQL.project(site.project.key).and(.any(.labels, of: labels))
    let found = try await site.client.search(jql: query, fields: ["labels"]).all()
    var notFound: [WorkItem] = []
    for (item, marker) in due {
      let mine = found.filter { $0.labels.contains(IssueMarker.label(marker)) }
        .sorted { (Int64($0.id) ?? 0) < (Int64($1.id) ?? 0) }
      if let first = mine.first {
        if mine.count > 1 {
          logger.error(
            """
            \(item.filePath) has \(mine.count) issues: \(mine.map(\.key).joined(separator: ", ")). \(first.key) is kept; \
            close the others by hand.
            """)
        }
        try await adopt(first, for: item)
      } else {
        notFound.append(item)
      }
    }
    try await settleNotFound(notFound, schedule: schedule)
  }

  /// Links a row with the issue that was found for it, and leaves comparing to the next run.
  private func adopt(_ issue: Issue, for item: WorkItem) async throws {
    // The base is what was sent: what the row holds may be newer by now.
    let pair = try LinkedPair(
      item: item, issueID: issue.id, issueKey: issue.key, base: item.link?.base ?? Base(),
      error: nil, updated: nil, writeToken: nil)
    tally.created(item.rowID)
    logger.info("found \(issue.key), which was made for \(item.filePath)")
    try await run.write(for: [item.job], doing: "linking \(item.filePath) with \(issue.key)") {
      transaction, _ in
      _ = try await transaction.query(
        RowStore.linking([pair]), doing: "linking \(item.filePath) with \(issue.key)")
      return [(item.job, .postponed("found \(issue.key), to be brought into step", after: .zero))]
    }
  }

  private func settleNotFound(_ items: [WorkItem], schedule: LookSchedule) async throws {
    for item in items {
      guard let link = item.link else { continue }
      let looks = link.looks + 1
      guard looks >= schedule.looks.count else {
        let delay = schedule.delay(afterLooks: looks, sinceAttempt: link.sinceAttempt ?? .zero)
        let text = link.lastError ?? "the issue is being looked for"
        try await run.write(for: [item.job], doing: "waiting to look for an issue again") {
          transaction, _ in
          _ = try await transaction.query(
            RowStore.unknown([(item.rowID, text, looks)]),
            doing: "waiting to look for an issue again")
          return [(item.job, .postponed(text, after: delay))]
        }
        continue
      }
      // Past the lag of the index, the answer is no: it may be made after all.
      try await run.write(for: [item.job], doing: "giving up looking for an issue") {
        transaction, _ in
        _ = try await transaction.query(
          """
          update jira_sync.links
          set state = 'creating', marker = null, attempted_at = null, looks = 0, last_error = null
          where file_audit_id = \(item.rowID)::bigint and state in ('creating', 'create_unknown')
          """, doing: "giving up looking for an issue")
        return [(item.job, .postponed("JIRA had not made the issue; it is made now", after: .zero))]
      }
    }
  }
}
