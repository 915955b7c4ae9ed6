import FoundationEssentials
import JSON
import Jira
import JobQueue
import Mapping
import Planning

/// Executes plans: edits and transitions at JIRA, then what is stored.
///
/// It decides nothing.
struct PlanExecutor: RowRunPart {
  let context: RowContext

  private var recorder: Recorder { Recorder(context: context) }

  /// Carries out what plans say: nothing, for most; edits and transitions for the others.
  func execute(_ steps: [Reconciliation]) async throws {
    let quiet = steps.filter(\.isQuiet)
    if !quiet.isEmpty { try await recorder.store(quiet.map { ($0, ExecutionOutcome()) }) }
    try await forEach(steps.filter { !$0.isQuiet }) { step in
      guard run.isOpen(step.item.job) else { return }
      guard step.isNew || .now < context.freshUntil else {
        try await postpone([step])
        return
      }
      var step = step
      let outcome = try await write(&step)
      try await recorder.store([(step, outcome)])
    }
  }

  /// The budget of calls is small: these are read again before they are written.
  func postpone(_ steps: [Reconciliation]) async throws {
    let text = "other rows took the budget of calls; it is planned anew"
    try await run.settle(
      steps.map(\.item.job).filter(run.isOpen).map { ($0, .postponed(text, after: .zero)) })
  }

  /// Writes to JIRA what the plan says, and notes what did not work.
  private func write(_ step: inout Reconciliation) async throws -> ExecutionOutcome {
    var outcome = ExecutionOutcome()
    try await recorder.note(step, base: step.log.notedBase, withConflicts: true)
    guard run.isOpen(step.item.job) else { return outcome }
    if !step.log.writes.isEmpty {
      do {
        try await editLeavingOutRefused(&step, &outcome.failures)
      } catch let error as JiraError {
        await session.report(error)
        outcome.failures.append(contentsOf: step.failed(step.log.writes, error: error))
        // The status was not touched: nothing is agreed about it.
        if let change = step.plan.transition {
          outcome.failures.append(FieldFailure(field: change.field, text: ""))
        }
        settle(&outcome, step.item.job, after: error)
      }
    }
    if let change = step.plan.transition, outcome.settlement == nil {
      do {
        try await TransitionRunner(context: context).move(&step, to: change)
      } catch let error as JiraError {
        await session.report(error)
        outcome.failures.append(step.failed(change, reason: "\(error)"))
        if error.kind == .forbidden {
          settle(&outcome, step.item.job, after: error)
        } else {
          outcome.settlement = settlement(of: step.item.job, after: error)
        }
      } catch let error as NoTransitionPath {
        outcome.failures.append(step.failed(change, reason: "\(error)"))
      }
    }
    do {
      try await StorageCheck(context: context).verifyStored(&step)
    } catch let error as JiraError {
      // What was sent stays noted, and the next run finds out what became of it.
      await session.report(error)
      outcome.failures += step.failed(step.log.written, error: error)
      if outcome.settlement == nil {
        outcome.settlement = settlement(of: step.item.job, after: error)
      }
    }
    return outcome
  }

  /// How a job ends whose write failed; where JIRA refused the issue as a whole, polls find out when that is over.
  private func settle(_ outcome: inout ExecutionOutcome, _ job: Job, after error: JiraError) {
    let settlement = settlement(of: job, after: error)
    outcome.settlement = settlement
    guard error.concernsWholeIssue else { return }
    switch settlement {
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
    _ step: inout Reconciliation, _ failures: inout [FieldFailure]
  ) async throws {
    while !step.log.writes.isEmpty {
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
        try await recorder.note(step, base: step.log.notedBase, withConflicts: false)
        guard run.isOpen(step.item.job) else { return }
      }
    }
  }

  /// One merged edit, and the issue as JIRA then has it.
  private func edit(_ step: inout Reconciliation) async throws {
    let writes = step.log.writes
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
    step.log.written = writes
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
    writes step: Reconciliation, _ marker: IssueMarker, removing label: String?
  ) async throws -> Issue? {
    var update = step.log.writes.editOperations
    if let label { update["labels", default: []].append(["remove": .string(label)]) }
    return try await site.client.edit(
      step.issue.id, fields: step.log.writes.editFields, update: update,
      properties: [IssueMarker.property: marker.json], returnFields: site.mapping.issueFieldIDs)
  }
}
