import JSON
import Jira
import JobQueue
import Mapping
import Planning
import Postgres

extension RowWork {
  /// Brings rows and the issues they are linked with into step.
  func bringIntoStep(_ items: [WorkItem]) async throws {
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
    var steps: [PairStep] = []
    var lost: [WorkItem] = []
    var unread: [(item: WorkItem, error: JiraError)] = []
    for item in items {
      if let id = item.link?.issueID, let issue = issues[id] {
        guard let base = item.link?.base, base.isUnconfirmed else {
          steps.append(PairStep(item: item, issue: issue, site: site))
          continue
        }
        do {
          let found = try await confirmed(base, issue: issue, item: item)
          steps.append(PairStep(item: item, issue: found.issue, site: site, base: found.base))
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
      guard .now < freshUntil else {
        try await postpone(Array(indexed[start...]))
        return
      }
      try await finish(try await readingDirectly(some))
    }
  }

  /// Asks for what the plans lack, and carries them out.
  private func finish(_ steps: [PairStep]) async throws {
    guard !steps.isEmpty else { return }
    let named = try await askingForResolutionNames(steps)
    let current = try await withoutOutdated(named, job: \.item.job, problems: \.plan.problems)
    try await carryOut(try await askingForAuthors(try await askingForResolvers(current)))
  }

  /// The budget of calls is small: these are read again before they are written.
  private func postpone(_ steps: [PairStep]) async throws {
    let text = "other rows took the budget of calls; it is planned anew"
    try await run.settle(
      steps.map(\.item.job).filter(run.isOpen).map { ($0, .postponed(text, after: .zero)) })
  }

  /// Leaves out what stumbles over something that JIRA may have by now: the site's fields are read again, and it is planned anew.
  func withoutOutdated<Element>(
    _ elements: [Element], job: (Element) -> Job, problems: (Element) -> [FieldProblem]
  ) async throws -> [Element] {
    let outdated = elements.filter { problems($0).contains(where: \.mayBeOver) }
    guard !outdated.isEmpty, await session.rereads(site) else { return elements }
    let text = "the fields of JIRA were read again; it is planned anew"
    try await run.settle(outdated.map { (job($0), .postponed(text, after: .zero)) })
    return elements.filter { !problems($0).contains(where: \.mayBeOver) }
  }

  /// Carries out what plans say: nothing, for most; edits and transitions for the others.
  func carryOut(_ steps: [PairStep]) async throws {
    let quiet = steps.filter(\.isQuiet)
    if !quiet.isEmpty { try await store(quiet.map { ($0, PairOutcome()) }) }
    try await forEach(steps.filter { !$0.isQuiet }) { step in
      guard run.isOpen(step.item.job) else { return }
      guard step.isNew || .now < freshUntil else {
        try await postpone([step])
        return
      }
      var step = step
      let outcome = try await write(&step)
      try await store([(step, outcome)])
    }
  }

  /// Writes to JIRA what the plan says, and notes what did not work.
  private func write(_ step: inout PairStep) async throws -> PairOutcome {
    var outcome = PairOutcome()
    try await note(step, base: step.plan.notedBase, withConflicts: true)
    guard run.isOpen(step.item.job) else { return outcome }
    if !step.plan.issueWrites.isEmpty {
      do {
        try await editLeavingOutRefused(&step, &outcome.failures)
      } catch let error as JiraError {
        await session.report(error)
        outcome.failures.append(contentsOf: step.failed(step.plan.issueWrites, error: error))
        // The status was not touched: nothing is agreed about it.
        if let change = step.plan.transition {
          outcome.failures.append(FieldFailure(field: change.field, text: ""))
        }
        settle(&outcome, step.item.job, after: error)
      }
    }
    if let change = step.plan.transition, outcome.settlement == nil {
      do {
        try await move(&step, to: change)
      } catch let error as JiraError {
        await session.report(error)
        outcome.failures.append(step.failed(change, reason: "\(error)"))
        if error.kind == .forbidden {
          settle(&outcome, step.item.job, after: error)
        } else {
          outcome.settlement = fate(of: step.item.job, after: error)
        }
      } catch let error as NoWayThrough {
        outcome.failures.append(step.failed(change, reason: "\(error)"))
      }
    }
    do {
      try await verifyStored(&step)
    } catch let error as JiraError {
      // What was sent stays noted, and the next run finds out what became of it.
      await session.report(error)
      outcome.failures += step.failed(step.writtenFields, error: error)
      if outcome.settlement == nil { outcome.settlement = fate(of: step.item.job, after: error) }
    }
    return outcome
  }

  /// How a job ends whose write failed; where JIRA refused the issue as a whole, polls find out when that is over.
  private func settle(_ outcome: inout PairOutcome, _ job: Job, after error: JiraError) {
    let fate = fate(of: job, after: error)
    outcome.settlement = fate
    guard error.concernsWholeIssue else { return }
    switch fate {
    case .refused, .retry: outcome.isIssueRefused = true
    default: break
    }
  }

  /// Edits the issue; where JIRA names fields that it does not take, it is edited without them: JIRA refuses a whole request for one field.
  ///
  /// A text that is too long for JIRA is cut further once before it is left out.
  ///
  /// - Parameters:
  ///   - step: what to write.
  ///   - failures: why fields were left out.
  /// - Throws: `JiraError` where JIRA refuses more than fields that can be left out.
  private func editLeavingOutRefused(
    _ step: inout PairStep, _ failures: inout [FieldFailure]
  ) async throws {
    while !step.plan.issueWrites.isEmpty {
      do {
        try await edit(&step)
        return
      } catch let error as JiraError where error.kind == .invalid {
        let shortened = step.cutFurther(refusedBy: error)
        guard !shortened.isEmpty || step.isRefusedInPart(error) || !failures.isEmpty else {
          throw error
        }
        let left = step.leaveOut(refusedBy: error, besides: shortened)
        // JIRA names nothing more that could be left out.
        guard !shortened.isEmpty || !left.isEmpty else { throw error }
        failures += left
        guard !shortened.isEmpty else { continue }
        // Noted before it is sent, like every value.
        try await note(step, base: step.plan.notedBase, withConflicts: false)
        guard run.isOpen(step.item.job) else { return }
      }
    }
  }

  /// One merged edit, and the issue as JIRA then has it.
  private func edit(_ step: inout PairStep) async throws {
    let writes = step.plan.issueWrites
    let marker = IssueMarker(
      marker: step.item.link?.marker, rowKey: step.item.rowKey, label: step.item.label,
      token: step.item.job.token, writes: writes)
    let answered: Issue?
    do {
      answered = try await send(writes: step, marker, removing: step.formerLabel)
    } catch let error as JiraError
      where step.formerLabel != nil && error.kind == .invalid && error.fieldErrors["labels"] != nil
    {
      // The edit screen lacks Labels, and nothing of the edit was made: the label stays.
      answered = try await send(writes: step, marker, removing: nil)
    }
    step.writtenFields = writes
    step.token = step.item.job.token
    // Data Center does not answer with the issue.
    if let answered {
      step.keep(after: answered)
    } else if let read = try await site.client.issue(
      step.issue.id, fields: site.mapping.issueFieldIDs)
    {
      step.keep(after: read)
    }
  }

  private func send(
    writes step: PairStep, _ marker: IssueMarker, removing label: String?
  ) async throws -> Issue? {
    var update = step.plan.editOperations
    if let label { update["labels", default: []].append(["remove": .string(label)]) }
    return try await site.client.edit(
      step.issue.id, fields: step.plan.editFields, update: update,
      properties: [IssueMarker.property: marker.json], returnFields: site.mapping.issueFieldIDs)
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
}
