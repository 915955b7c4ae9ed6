import JSON
import Jira
import JobQueue
import Locks
import Logging
import Mapping
import Planning
import Postgres

/// Makes issues for rows: the intent first, then the call, then the link.
struct IssueCreator: RowRunPart {
  let context: RowContext

  private var lookups: LookupRunner { LookupRunner(context: context) }

  /// Makes issues for rows that want one: intent first, then the call, then the link.
  func create(_ items: [WorkItem]) async throws {
    let unlinked = try await ReloadedRows(context: context).withoutRelinked(items)
    // A row without debt wants no issue, but keeps the one of the row that it replaces.
    try await run.settle(unlinked.filter { !$0.hasDebt }.map { ($0.job, .done) })
    let unnamed = try await TicketAdopter(context: context).withoutTicketed(
      unlinked.filter(\.hasDebt))
    let fresh = try await ServerHistoryCheck(context: context).withProvenHistory(unnamed)
    guard !fresh.isEmpty else { return }
    // As many as one call reads back.
    let size = JiraClient.fetchLimit
    for start in stride(from: 0, to: fresh.count, by: size) {
      // Looks are counted from the intent, and a call may wait long for the ones before.
      let drafts = fresh[start..<min(start + size, fresh.count)]
        .filter { run.isOpen($0.job) }.map { CreationDraft(item: $0, site: site) }
      let current = try await withoutOutdated(
        drafts, job: \.item.job, problems: \.plan.problems)
      guard !current.isEmpty else { continue }
      do {
        try await intend(current)
      } catch is ServerChanged {
        let text =
          "the database is on another server than before; it is checked before an issue is made"
        try await run.settle(current.map { ($0.item.job, .postponed(text, after: .zero)) })
        continue
      }
      let open = current.filter { run.isOpen($0.item.job) }
      if !open.isEmpty { try await send(open) }
    }
  }

  /// Commits what is about to be created, so that a crash leaves a trace to search for.
  private func intend(_ drafts: [CreationDraft]) async throws {
    try await run.write(
      drafts, for: \.item.job, doing: "noting that \(drafts.count) issues are about to be made"
    ) { [proof = context.proof, worker = run.worker] transaction, held in
      try await ServerHistoryCheck.confirm(proof, worker: worker, transaction)
      let mine = try held.map { (draft: $0, baseText: try $0.log.newBase.text()) }
      _ = try await transaction.query(
        RowStore.intending(mine),
        doing: "noting that \(mine.count) issues are about to be made")
      return []
    }
  }

  /// Sends creations, in as many calls as it takes, and deals with what came of each.
  private func send(_ drafts: [CreationDraft]) async throws {
    let size = JiraClient.bulkCreateLimit
    let calls = stride(from: 0, to: drafts.count, by: size).map {
      Array(drafts[$0..<min($0 + size, drafts.count)])
    }
    let answers = Lock<[Result<[CreateOutcome], any Error>?]>(
      .init(repeating: nil, count: calls.count))
    await withTaskGroup(of: Void.self) { group in
      for (place, call) in calls.enumerated() {
        group.addTask {
          let answer: Result<[CreateOutcome], any Error>
          do { answer = .success(try await outcomes(of: call)) } catch { answer = .failure(error) }
          answers.withLock { $0[place] = answer }
        }
      }
    }
    var made: [MadeIssue] = []
    var notSent: [(draft: CreationDraft, error: JiraError)] = []
    var unknown: [(draft: CreationDraft, error: JiraError)] = []
    var again: [CreationDraft] = []
    var failure: (any Error)?
    for (call, answer) in zip(calls, answers.withLock { $0 }) {
      guard case .success(let outcomes)? = answer else {
        // Only the check before the call throws: nothing was sent.
        try await clearIntents(call)
        if case .failure(let error)? = answer { failure = error }
        continue
      }
      for (draft, outcome) in zip(call, outcomes) {
        switch outcome {
        case .created(let id, let key):
          made.append(MadeIssue(draft: draft, id: id, key: key, isAlone: call.count == 1))
        // What is refused like everything else was no answer to this draft.
        case .refused(let error) where session.closedReason != nil: notSent.append((draft, error))
        case .refused(let error):
          if let reduced = draft.reduced(refusedBy: error) {
            again.append(reduced)
          } else {
            try await refuse(draft, error: error)
          }
        case .notSent(let error): notSent.append((draft, error))
        case .unknown(let error): unknown.append((draft, error))
        }
      }
    }
    try await postpone(notSent)
    try await lookups.noteUnanswered(unknown)
    try await link(made)
    if let failure {
      try await clearIntents(again)
      throw failure
    }
    // JIRA said a clear no to these: nothing was made, and each is smaller than before.
    let open = again.filter { run.isOpen($0.item.job) }
    if !open.isEmpty { try await send(open) }
  }

  private func outcomes(of drafts: [CreationDraft]) async throws -> [CreateOutcome] {
    if let only = drafts.first, drafts.count == 1 {
      return [try await site.client.createIssue(only.issueDraft)]
    }
    let outcomes = try await site.client.createIssues(drafts.map(\.issueDraft))
    guard let first = outcomes.first, case .refused(let error) = first, error.fieldErrors.isEmpty,
      outcomes.allSatisfy({ $0 == first })
    else { return outcomes }
    // The call was refused and no draft by itself: too large together, or a gateway that does not know it. Each has an answer of its own.
    logger.warning(
      "JIRA refused to make \(drafts.count) issues with one call, so each is made by itself: \(error)"
    )
    var single: [CreateOutcome] = []
    do {
      for draft in drafts { single.append(try await site.client.createIssue(draft.issueDraft)) }
    } catch {
      // Some are made, and must be linked; the others were not sent.
      let reason =
        error as? JiraError
        ?? JiraError(
          kind: .cancelled, endpoint: "POST /issue", messages: ["\(error)"],
          mayHaveBeenReceived: false)
      single += Array(repeating: .notSent(reason), count: drafts.count - single.count)
    }
    return single
  }

  /// Reads issues that were made, and stores their links.
  private func link(_ made: [MadeIssue]) async throws {
    guard !made.isEmpty else { return }
    var issues: [String: Issue] = [:]
    var unread: [String: JiraError] = [:]
    do {
      var batch = try await site.client.issues(
        ids: made.map(\.id), fields: site.mapping.issueFieldIDs + CreatedMark.fields,
        properties: site.client.dialect == .cloud ? [IssueMarker.property] : [])
      if site.client.dialect != .cloud { try await addMarkers(to: &batch, made: made) }
      issues = Dictionary(batch.found.map { ($0.id, $0) }) { $1 }
      unread = batch.failed
    } catch let error as JiraError {
      for entry in made { unread[entry.id] = error }
      // The issues are there. What was sent is what they hold, until they are read.
      await session.report(error)
      logger.warning("could not read \(made.count) new issues back: \(error)")
    }
    var steps: [Reconciliation] = []
    for entry in made {
      let item = entry.draft.item
      tally.created(item.rowKey)
      logger.info("created \(entry.key) for \(item.label)", metadata: ["job": "\(item.job.id)"])
      guard let issue = issues[entry.id] else {
        try await storeUnread(entry, error: unread[entry.id])
        continue
      }
      switch CreatedMark(of: issue, for: entry.draft, isOnly: entry.isAlone) {
      case .ours:
        do {
          let found = try await StorageCheck(context: context).confirmed(
            entry.draft.log.newBase, issue: issue, item: item)
          steps.append(
            Reconciliation(created: entry.draft, issue: found.issue, base: found.base, site: site))
        } catch let error as JiraError {
          await session.report(error)
          try await storeUnread(entry, error: error)
        }
      case .another:
        // Bulk answers name no drafts; an issue with another marker is searched for by its own.
        let error = JiraError(
          kind: .unexpectedAnswer, endpoint: "POST /issue/bulk",
          messages: ["issue \(entry.key) carries the marker of another row"])
        try await lookups.noteUnanswered([(entry.draft, error)])
      case .none:
        // Looking would find nothing, and making it again would go on for ever.
        let error = JiraError(
          kind: .unexpectedAnswer, endpoint: "POST /issue/bulk",
          messages: [
            """
            \(entry.key) was made, but JIRA has dropped its property, and it is not certain which row it is for. Link it by \
            hand, and let the account set issue properties
            """
          ])
        try await refuse(entry.draft, error: error)
      }
    }
    try await PlanExecutor(context: context).execute(steps)
  }

  /// Links an issue that could not be read back; the next run compares it.
  private func storeUnread(_ entry: MadeIssue, error: JiraError?) async throws {
    let item = entry.draft.item
    let lasting = error.flatMap {
      $0.isLastingForOneIssue && session.closedReason == nil
        ? UnreadIssue(id: entry.id, key: entry.key, error: $0).text : nil
    }
    let link = try LinkUpdate(
      item: item, issueID: entry.id, issueKey: entry.key, base: entry.draft.log.newBase,
      error: lasting, updated: nil, writeToken: item.job.token)
    try await run.write(for: [item.job], doing: "linking \(item.label) with \(entry.key)") {
      transaction, _ in
      _ = try await transaction.query(
        RowStore.linking([link]), doing: "linking \(item.label) with \(entry.key)")
      if let lasting { return [(item.job, .refused(lasting))] }
      // What only has to wait charges nothing.
      if let error { return [(item.job, settlement(of: item.job, after: error))] }
      let delay = run.retryDelay(item.job)
      return [(item.job, .retry("\(entry.key) could not be read back", after: delay))]
    }
  }

  private func refuse(_ draft: CreationDraft, error: JiraError) async throws {
    let text = draft.explain(error)
    let item = draft.item
    let held = try await run.write(for: [item.job], doing: "noting that JIRA refused an issue") {
      transaction, _ in
      _ = try await transaction.query(
        RowStore.failing([(item.rowKey, text, true)]), doing: "noting that JIRA refused an issue")
      _ = try await transaction.query(
        RefusedIssues.noting([item.rowKey], isRefused: error.concernsWholeCreation),
        doing: "noting that JIRA refused an issue")
      return [(item.job, .refused(text))]
    }
    guard !held.isEmpty else { return }
    tally.failed(item.rowKey)
    warn("JIRA refused an issue for \(item.label)", text, item.job)
  }

  /// All at once, so that they come back together and are sent with one call again.
  private func postpone(_ drafts: [(draft: CreationDraft, error: JiraError)]) async throws {
    guard let first = drafts.first else { return }
    await session.report(first.error)
    try await run.write(
      drafts, for: \.draft.item.job, doing: "noting that \(drafts.count) issues were not made"
    ) { transaction, mine in
      _ = try await transaction.query(
        RowStore.notSent(mine.map(\.draft.item.rowKey)),
        doing: "noting that \(mine.count) issues were not made")
      return mine.map { ($0.draft.item.job, settlement(of: $0.draft.item.job, after: $0.error)) }
    }
  }

  private func clearIntents(_ drafts: [CreationDraft]) async throws {
    let open = drafts.filter { run.isOpen($0.item.job) }
    try await run.write(open, for: \.item.job, doing: "noting that issues were not made") {
      transaction, mine in
      _ = try await transaction.query(
        RowStore.notSent(mine.map(\.item.rowKey)), doing: "noting that issues were not made")
      return []
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
}

/// An issue that JIRA says it has made.
struct MadeIssue: Sendable {
  let draft: CreationDraft
  let id: String
  let key: String
  /// Whether it was made by a call of its own, so that there can be no doubt which row it is for.
  let isAlone: Bool
}
