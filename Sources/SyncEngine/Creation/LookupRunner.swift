import FoundationEssentials
import JSON
import Jira
import JobQueue
import Logging
import Planning
import Postgres

/// Searches for issues whose creation went unanswered.
struct LookupRunner: RowRunPart {
  let context: RowContext

  /// Notes that it is unknown whether issues were made, and searches for them later.
  func noteUnanswered(_ drafts: [(draft: CreationDraft, error: JiraError)]) async throws {
    guard !drafts.isEmpty else { return }
    let delay = options.lookupTimes.first ?? .seconds(2)
    let last = options.lookupTimes.last?.components.seconds ?? 0
    let texts = drafts.map { entry in
      let text =
        "it is not known whether JIRA made the issue; it is being searched for until \(last) s after the attempt, "
        + "and made if no search finds it: \(entry.error)"
      warn(entry.draft.item.label, text, entry.draft.item.job)
      return (item: entry.draft.item, text: text)
    }
    try await run.write(
      texts, for: \.item.job, doing: "noting \(texts.count) creations without an answer"
    ) { transaction, mine in
      _ = try await transaction.query(
        RowStore.unknown(mine.map { ($0.item.rowKey, $0.text, 0) }),
        doing: "noting \(mine.count) creations without an answer")
      return mine.map { ($0.item.job, .postponed($0.text, after: delay)) }
    }
  }

  /// Looks for issues whose creation went unanswered, by their markers.
  ///
  /// JIRA's search lags behind its writes, so it is looked for several times before the last no is believed.
  func search(for items: [WorkItem]) async throws {
    let schedule = LookupSchedule(times: options.lookupTimes)
    var due: [(item: WorkItem, marker: UUID)] = []
    for item in items {
      guard let link = item.link, let marker = link.marker else { continue }
      // A run that was lost while it created does not know either.
      switch schedule.next(lookups: link.creationLookups, sinceAttempt: link.sinceAttempt ?? .zero)
      {
      case .wait(let delay):
        try await run.write(for: [item.job], doing: "waiting to look for an issue") {
          transaction, _ in
          let text =
            link.lastError
            ?? "a worker was lost while it created the issue; it is being searched for"
          _ = try await transaction.query(
            RowStore.unknown([(item.rowKey, text, link.creationLookups)]),
            doing: "waiting to look for an issue")
          return [(item.job, .postponed(text, after: delay))]
        }
      case .search: due.append((item, marker))
      }
    }
    guard !due.isEmpty else { return }
    let lookups = due.map { entry in
      CreationLookup.Wanted(marker: entry.marker, age: entry.item.link?.sinceAttempt ?? .zero)
    }
    let found: [UUID: [Issue]]
    do {
      found = try await CreationLookup(site: site, database: database).find(lookups)
      let isLast = due.contains { entry in
        found[entry.marker] == nil
          && (entry.item.link?.creationLookups ?? 0) + 1 >= schedule.times.count
      }
      if isLast { try await CreationLookup.proveSight(of: site) }
    } catch let error as JiraError where error.saysNothingOfIssues {
      try await startAgain(due.map(\.item), error: error)
      return
    }
    var notFound: [WorkItem] = []
    for (item, marker) in due {
      let mine = (found[marker] ?? []).sorted { (Int64($0.id) ?? 0) < (Int64($1.id) ?? 0) }
      if let first = mine.first {
        if mine.count > 1 {
          logger.error(
            """
            \(item.label) has \(mine.count) issues: \(mine.map(\.key).joined(separator: ", ")). \(first.key) is kept; \
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

  /// The account could not see what was searched: the lookups begin anew, since no earlier one can be trusted either.
  private func startAgain(_ items: [WorkItem], error: JiraError) async throws {
    await session.report(error)
    let text = "it is not known whether JIRA made the issue, and this account cannot see: \(error)"
    let delay = options.lookupTimes.last ?? .seconds(30)
    let noted = try await run.write(
      items, for: \.job, doing: "beginning \(items.count) creation lookups anew"
    ) { transaction, mine in
      _ = try await transaction.query(
        RowStore.unknown(mine.map { ($0.rowKey, text, 0) }),
        doing: "beginning \(mine.count) creation lookups anew")
      return mine.map { ($0.job, .postponed(text, after: min(delay, .seconds(30)))) }
    }
    for item in noted { warn(item.label, text, item.job) }
  }

  /// Links a row with the issue that was found for it, and leaves comparing to the next run.
  private func adopt(_ issue: Issue, for item: WorkItem) async throws {
    // The base is what was sent: what the row holds may be newer by now.
    let link = try LinkUpdate(
      item: item, issueID: issue.id, issueKey: issue.key, base: item.link?.base ?? Base(),
      error: nil, updated: nil, writeToken: nil)
    let held = try await run.write(
      for: [item.job], doing: "linking \(item.label) with \(issue.key)"
    ) {
      transaction, _ in
      _ = try await transaction.query(
        RowStore.linking([link]), doing: "linking \(item.label) with \(issue.key)")
      return [(item.job, .postponed("found \(issue.key), to be reconciled", after: .zero))]
    }
    guard !held.isEmpty else { return }
    tally.created(item.rowKey)
    logger.info("found \(issue.key), which was made for \(item.label)")
  }

  private func settleNotFound(_ items: [WorkItem], schedule: LookupSchedule) async throws {
    guard !items.isEmpty else { return }
    try await run.write(
      items, for: \.job, doing: "noting that \(items.count) issues were not found"
    ) { transaction, mine in
      var again: [(rowKey: RowKey, error: String, lookups: Int)] = []
      var never: [RowKey] = []
      var settlements: [(job: Job, as: Settlement)] = []
      for item in mine {
        guard let link = item.link else { continue }
        let lookups = link.creationLookups + 1
        if lookups < schedule.times.count {
          let text = link.lastError ?? "the issue is being searched for"
          again.append((item.rowKey, text, lookups))
          let delay = schedule.delay(
            afterLookups: lookups, sinceAttempt: link.sinceAttempt ?? .zero)
          settlements.append((item.job, .postponed(text, after: delay)))
        } else {
          // Past the lag of the index, the answer is no: it may be made after all.
          never.append(item.rowKey)
          settlements.append(
            (item.job, .postponed("JIRA had not made the issue; it is made now", after: .zero)))
        }
      }
      _ = try await transaction.pipeline(
        [RowStore.unknown(again), RowStore.neverMade(never)],
        doing: "noting that \(settlements.count) issues were not found")
      return settlements
    }
  }
}
