import JSON
import Jira
import JobQueue
import Postgres

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is stored of a step: link, changes, conflicts, and how the job ends.
struct PairRecord: Sendable {
  let step: PairStep
  let outcome: PairOutcome
  let pair: LinkedPair
  let changes: [Change]
  let conflicts: [(item: WorkItem, key: String?, conflict: FieldConflict)]
  /// The row refused what JIRA says.
  private let refusal: RowRefusal?

  init(
    step: PairStep, outcome: PairOutcome, refusal: RowRefusal?, worker: UUID
  ) throws {
    self.step = step
    self.outcome = outcome
    self.refusal = refusal
    let item = step.item
    var failed = Set(outcome.failures.map(\.field))
    var texts = outcome.failures.map(\.text).filter { !$0.isEmpty }
    texts += step.plan.problems.map(\.description)
    if refusal != nil { failed.formUnion(step.plan.rowWrites.map(\.field)) }
    if case .refused(let refusal) = refusal {
      let columns = step.plan.rowWrites.map(\.column).joined(separator: ", ")
      texts.append("\(columns): the row refused the value from JIRA: \(refusal)")
    }
    let base = failed.isEmpty ? step.plan.newBase : step.plan.base(without: failed)
    pair = try LinkedPair(
      item: item, issueID: step.issue.id, issueKey: step.issue.key, base: base,
      error: texts.isEmpty ? nil : texts.joined(separator: "\n"), updated: step.issue.updated,
      writeToken: step.writtenFields.isEmpty ? step.readToken : item.job.token)
    var changes = step.writtenFields.map { write in
      Change(
        rowID: item.rowID, issueKey: step.issue.key, side: .jira, field: write.field,
        old: write.old.plainJSON, new: write.value.plainJSON, jobID: item.job.id, worker: worker)
    }
    if let moved = step.moved, let change = step.plan.transition {
      changes.append(
        Change(
          rowID: item.rowID, issueKey: step.issue.key, side: .jira, field: change.field,
          old: .string(moved.from), new: .string(moved.to), jobID: item.job.id, worker: worker))
    }
    if refusal == nil {
      changes += step.plan.rowWrites.map { write in
        Change(
          rowID: item.rowID, issueKey: step.issue.key, side: .row, field: write.column,
          old: write.old, new: write.new, jobID: item.job.id, worker: worker)
      }
    }
    self.changes = changes
    // What was written to JIRA was noted before, conflicts included.
    conflicts =
      step.isQuiet
      ? step.plan.conflicts.filter { !failed.contains($0.field) }.map { (item, step.issue.key, $0) }
      : []
  }

  /// The kind of job that may write what this one may not.
  var followUp: String? {
    if step.leftOutForRow { return "pull" }
    if step.leftOutForIssue { return "push" }
    return nil
  }

  /// How the job ends.
  func settlement(retryAfter delay: (Job) -> Duration) -> Settlement {
    if let settlement = outcome.settlement {
      // JIRA's words know ids; the link's error knows columns.
      if case .refused = settlement, let text = pair.error { return .refused(text) }
      return settlement
    }
    switch refusal {
    case .moved:
      return .postponed(
        "the row changed while it was being synced; it is planned anew", after: .zero)
    case .refused(let error) where error.isTransient:
      return .retry(pair.error ?? "\(error)", after: delay(step.item.job))
    case .refused, nil: break
    }
    if let text = pair.error { return .refused(text) }
    return .done
  }
}
