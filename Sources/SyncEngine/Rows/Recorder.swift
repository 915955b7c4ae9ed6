import JSON
import Jira
import JobQueue
import Logging
import Planning
import Postgres

/// Stores what runs did: links, changes, conflicts, writes to rows, and how jobs end.
struct Recorder: RowRunPart {
  let context: RowContext

  /// Stores what runs did: all in one transaction, or, where a row refuses, each in its own.
  func store(_ results: [(step: Reconciliation, outcome: ExecutionOutcome)]) async throws {
    do {
      try await storeTogether(results, refusal: nil)
    } catch let refusal as RowRefusal {
      try await storeApart(results, refusal: refusal)
    } catch let error as PostgresError where error.kind == .server {
      try await storeApart(results, refusal: .refused(error))
    }
  }

  /// A row refused: each link is stored by itself, and the one of that row without the row, so that no issue is
  /// ever forgotten.
  private func storeApart(
    _ results: [(step: Reconciliation, outcome: ExecutionOutcome)], refusal: RowRefusal
  ) async throws {
    guard let only = results.first, results.count == 1 else {
      for result in results { try await store([result]) }
      return
    }
    if only.step.plan.rowWrites.isEmpty, case .refused(let error) = refusal { throw error }
    try await storeTogether([only], refusal: try await narrowed(refusal, of: only.step))
  }

  /// Which fields it is that a row refuses: each is tried for itself, and rolled back.
  private func narrowed(_ refusal: RowRefusal, of step: Reconciliation) async throws -> RowRefusal {
    guard case .refused(let error) = refusal, error.isAboutValues else { return refusal }
    let fields = Set(step.plan.rowWrites.map(\.field)).sorted()
    guard fields.count > 1 else { return refusal }
    var refused: [String: PostgresError] = [:]
    for field in fields {
      var plan = step.plan
      plan.rowWrites.removeAll { $0.field != field }
      let attempt = plan
      let (rowKey, worker) = (step.item.rowKey, run.worker)
      do {
        try await database.transaction(doing: "trying what \(step.item.label) takes") {
          transaction in
          _ = try await transaction.pipeline(
            [RowStore.announcing(writer: worker), RowStore.writing(attempt, rowKey: rowKey)],
            doing: "trying \(field)")
          throw NotKept()
        }
      } catch is NotKept {
        continue
      } catch let error as PostgresError where error.isAboutValues {
        refused[field] = error
      }
    }
    return refused.isEmpty || refused.count == fields.count ? refusal : .partly(refused)
  }

  private struct NotKept: Error {}

  private func storeTogether(
    _ results: [(step: Reconciliation, outcome: ExecutionOutcome)], refusal: RowRefusal?
  ) async throws {
    let worker = run.worker
    let breaker = options.breaker
    let records = try results.map {
      try ReconciliationRecord(
        step: $0.step, outcome: $0.outcome, refusal: refusal, worker: worker, breaker: breaker)
    }
    let stored = try await run.write(
      records, for: \.step.item.job, doing: "storing \(records.count) rows and their issues"
    ) { transaction, mine in
      var statements = [RowStore.announcing(writer: worker), RowStore.linking(mine.map(\.link))]
      let changes = mine.flatMap(\.changes)
      if !changes.isEmpty { statements.append(RowStore.recording(changes)) }
      let closings = mine.flatMap(\.closings)
      if !closings.isEmpty { statements.append(RowStore.closing(closings)) }
      let oscillating = mine.flatMap { record in
        record.oscillating.map { field, count in
          (
            rowKey: record.step.item.rowKey, label: record.step.item.label,
            key: record.step.issue.key, field: field, sideChanges: count
          )
        }
      }
      if !oscillating.isEmpty {
        statements.append(Suspension.suspending(oscillating, limits: breaker))
      }
      let conflicts = mine.flatMap(\.conflicts)
      if !conflicts.isEmpty { statements.append(RowStore.recording(conflicts)) }
      for kind in ["pull", "push", "sync"] {
        let rows = mine.filter { $0.followUp == kind }.map(\.step.item.rowKey)
        if !rows.isEmpty { statements.append(RowStore.enqueuing(kind: kind, rows: rows)) }
      }
      if mine.contains(where: \.hasLiftedRefusal) { statements.append(RefusedIssues.retrying) }
      // The base is written before the row, so that the row's trigger knows the change as ours.
      let writing = mine.filter { !$0.rowPlan.rowWrites.isEmpty }
      let first = statements.count
      statements += writing.map { RowStore.writing($0.rowPlan, rowKey: $0.step.item.rowKey) }
      let answers = try await transaction.pipeline(
        statements, doing: "storing \(mine.count) rows and their issues")
      // Rolled back as a whole: what was planned from an older row must not be kept.
      guard answers[first...].allSatisfy({ $0.affected > 0 }) else { throw RowRefusal.moved }
      var otherwise: [RowKey] = []
      for (record, answer) in zip(writing, answers[first...])
      where try answer.one.get("is_kept", as: Bool.self) == false {
        otherwise.append(record.step.item.rowKey)
      }
      if !otherwise.isEmpty {
        // The trigger that enqueues leaves out what this run writes, so nothing else would sync what another trigger made of it.
        _ = try await transaction.query(
          RowStore.enqueuing(kind: "sync", rows: otherwise),
          doing: "enqueuing what a trigger changed")
      }
      return mine.map { ($0.step.item.job, $0.settlement(retryAfter: run.retryDelay)) }
    }
    // What another worker has taken over was not stored, and counts for nothing here.
    for record in stored {
      let row = record.step.item.rowKey
      if record.link.error == nil { tally.succeeded(row) } else { tally.failed(row) }
      if !record.changes.isEmpty { tally.updated(row) }
      say(record)
    }
  }

  /// One line for what was written, and one for what stands in the way.
  private func say(_ record: ReconciliationRecord) {
    let step = record.step
    let written = record.changes.map { "\($0.side.rawValue).\($0.field)" }.joined(separator: " ")
    if !written.isEmpty, !step.isNew {
      logger.info(
        "updated \(step.issue.key) and \(step.item.label)",
        metadata: ["job": "\(step.item.job.id)", "written": "\(written)"])
    }
    for conflict in step.plan.conflicts
    where conflict.winner == nil && !step.item.isRecorded(conflict) {
      logger.notice(
        "\(step.item.label) and \(step.issue.key): \(conflict.field) waits for a decision; see: jira-sync conflicts",
        metadata: ["job": "\(step.item.job.id)"])
    }
    if let error = record.link.error {
      warn("\(step.item.label) and \(step.issue.key) are not in sync", error, step.item.job)
    }
  }

  /// Commits what is about to be sent, with the conflicts it decides: whoever finds it at JIRA after a crash knows it as ours.
  func note(_ step: Reconciliation, base: Base, withConflicts: Bool) async throws {
    var base = base
    base.willBeWritten(by: step.item.job.token)
    let noted = base
    let conflicts = withConflicts ? step.plan.conflicts.map { (step, $0) } : []
    try await run.write(for: [step.item.job], doing: "noting what is about to be sent") {
      transaction, _ in
      var statements = [try RowStore.noting(noted, rowKey: step.item.rowKey)]
      if !conflicts.isEmpty { statements.append(RowStore.recording(conflicts)) }
      _ = try await transaction.pipeline(statements, doing: "noting what is about to be sent")
      return []
    }
  }
}
