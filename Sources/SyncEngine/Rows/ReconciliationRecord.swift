import FoundationEssentials
import JSON
import Jira
import JobQueue
import Planning
import Postgres
import SyncConfiguration

/// What is stored of a step: link, changes, conflicts, and how the job ends.
struct ReconciliationRecord: Sendable {
  let step: Reconciliation
  let outcome: ExecutionOutcome
  let link: LinkUpdate
  let changes: [Change]
  let conflicts: [(of: Reconciliation, conflict: FieldConflict)]
  /// The plan with those writes to the row alone that it takes.
  let rowPlan: Plan
  /// The row refused what JIRA says.
  private let refusal: RowRefusal?
  /// Fields that changed sides too often, with how often: they are left alone from now on.
  let oscillating: [String: Int]
  /// The conflicts that are over.
  let closings: [ConflictClosing]
  private let hasUnseenChange: Bool

  init(
    step: Reconciliation, outcome: ExecutionOutcome, refusal: RowRefusal?, worker: UUID,
    breaker: OscillationLimits
  ) throws {
    self.step = step
    self.outcome = outcome
    self.refusal = refusal
    let item = step.item
    var failed = Set(outcome.failures.map(\.field))
    var texts = outcome.failures.map(\.text).filter { !$0.isEmpty }
    texts += step.log.problems.map(\.description)
    var rowPlan = step.plan
    rowPlan.rowWrites.removeAll { refusal?.covers($0.field) == true }
    self.rowPlan = rowPlan
    let left = step.plan.rowWrites.filter { refusal?.covers($0.field) == true }
    failed.formUnion(left.map(\.field))
    texts += refusal?.texts(of: left) ?? []
    let base = step.log.newBase.taking(failed, from: step.log.notedBase)
    var changes = step.log.written.map { write in
      Change(
        rowKey: item.rowKey, issueKey: step.issue.key, side: .jira, field: write.field,
        mappingField: write.field, cause: step.cause(of: write.field, on: .jira),
        old: write.old.plainJSON, new: write.value.plainJSON, jobID: item.job.id, worker: worker)
    }
    if let moved = step.log.moved, let change = step.plan.transition {
      changes.append(
        Change(
          rowKey: item.rowKey, issueKey: step.issue.key, side: .jira, field: change.field,
          mappingField: change.field, cause: step.cause(of: change.field, on: .jira),
          old: .string(moved.from), new: .string(moved.to), jobID: item.job.id, worker: worker))
    }
    changes += rowPlan.rowWrites.map { write in
      Change(
        rowKey: item.rowKey, issueKey: step.issue.key, side: .row, field: write.column,
        mappingField: write.field, cause: step.cause(of: write.field, on: .row),
        old: write.old, new: write.new, jobID: item.job.id, worker: worker,
        author: step.isNew ? nil : step.author(of: write.field))
    }
    self.changes = changes
    let contested = Set(step.plan.conflicts.filter { $0.winner != nil }.map(\.field))
    var sideChanges = item.link?.sideChanges ?? SideChanges()
    let writes = Set(
      changes.filter { $0.cause != "created" }.map { change in
        SideChanges.Write(
          field: change.mappingField, side: change.side,
          isContested: contested.contains(change.mappingField))
      })
    oscillating = sideChanges.record(
      writes.sorted { ($0.field, $0.side.rawValue) < ($1.field, $1.side.rawValue) },
      now: item.readAt, limits: breaker)
    for (field, count) in oscillating.sorted(by: { $0.key < $1.key }) {
      texts.append("\(field): \(Suspension.text(sideChanges: count, limits: breaker))")
    }
    var link = try LinkUpdate(
      item: item, issueID: step.issue.id, issueKey: step.issue.key, base: base,
      // In an order of its own: the same problems are the same cause, however a run came to them.
      error: texts.isEmpty ? nil : texts.sorted().joined(separator: "\n"),
      updated: step.updated,
      writeToken: step.token, sideChanges: sideChanges)
    link.isRefused = outcome.isIssueRefused
    self.link = link
    hasUnseenChange = step.hasUnseenChange(base: base, leavingOut: failed)
    closings =
      refusal == nil
      ? ConflictClosing.ending(
        item.conflicts, plan: step.plan, decided: step.log.decided,
        untouched: failed.union(step.plan.leftOut).union(step.log.problems.map(\.field)),
        mapped: step.mappedFields)
      : []
    // What was written to JIRA was noted before, conflicts included.
    conflicts =
      step.isQuiet
      ? step.plan.conflicts.filter { !failed.contains($0.field) }.map { (step, $0) }
      : []
  }

  /// Whether the job was to find out whether JIRA takes changes again, and it does.
  var hasLiftedRefusal: Bool {
    step.item.job.arguments[RefusedIssues.probe] != nil && !outcome.isIssueRefused
      && outcome.settlement == nil
  }

  /// The kind of job that may write what this one may not, or did not see.
  var followUp: String? {
    if hasUnseenChange { return "sync" }
    if step.plan.leavesOutRow { return "pull" }
    if step.plan.leavesOutIssue { return "push" }
    return nil
  }

  /// How the job ends.
  func settlement(retryAfter delay: (Job) -> Duration) -> Settlement {
    if let settlement = outcome.settlement {
      // JIRA's words know ids; the link's error knows columns.
      if case .refused = settlement, let text = link.error { return .refused(text) }
      return settlement
    }
    switch refusal {
    case .moved:
      return .postponed(
        "the row changed while it was being synced; it is planned anew", after: .zero)
    case .refused(let error) where error.isTransient:
      return .retry(link.error ?? "\(error)", after: delay(step.item.job))
    case .refused, .partly, nil: break
    }
    if let text = link.error { return .refused(text) }
    return .done
  }
}
