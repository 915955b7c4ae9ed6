import JSON
import Jira
import Mapping
import Planning

extension HistoryWorld {
  /// Between which steps another user may interfere.
  package enum Stage: CaseIterable {
    case planned
    case noted
    case sent
    case moved
  }

  /// One run of the worker.
  ///
  /// - Parameters:
  ///   - worker: how it goes about it.
  ///   - crash: after which step it dies, nil where it lives.
  ///   - interfere: what people do between the steps.
  package mutating func run(
    _ worker: Worker, crash: Stage? = nil,
    interfere: (Stage, inout HistoryWorld) -> Void = { _, _ in }
  ) {
    if cachedBase == nil { cachedBase = base }
    let known = worker.rereadsBase ? base : cachedBase
    let plan = worker.plan(known, self)
    last = plan
    let read = reading
    log.append(
      "run: \(plan.issueWrites.count) to the issue, \(plan.rowWrites.count) to the row, transition \(plan.transition?.target.category.rawValue ?? "none"), crash \(crash.map { "\($0)" } ?? "none")"
    )
    interfere(.planned, &self)
    guard crash != .planned else { return }

    // One transaction: the conflicts, and what is about to be sent.
    record(plan.conflicts)
    let writesIssue = !plan.issueWrites.isEmpty || plan.transition != nil
    if writesIssue, worker.notesWhatItSends { base = plan.notedBase }
    interfere(.noted, &self)
    guard crash != .noted else { return }

    write(plan.issueWrites)
    interfere(.sent, &self)
    guard crash != .sent else { return }

    move(plan, worker)
    interfere(.moved, &self)
    guard crash != .moved else { return }

    // One transaction: the row by compare-and-set, and the base.
    let isCurrent = plan.rowGuard.allSatisfy { (row[$0.key] ?? .null) == $0.value }
    let failed = isCurrent ? Set<String>() : Set(plan.rowWrites.map(\.field))
    var kept = plan.newBase.taking(failed, from: plan.notedBase)
    if !worker.rebasesOnItsOwnWrites {
      for write in plan.issueWrites {
        kept.fields[write.field]?.issue = known?.fields[write.field]?.issueValue ?? .empty
      }
    }
    if isCurrent { write(plan.rowWrites) }
    // Where the row changed meanwhile, the job that its change made plans again.
    base = kept
    settle(read)
  }

  /// The workflow goes from To Do over In Progress to Done; the worker notes each step before it makes it.
  private mutating func move(_ plan: Plan, _ worker: Worker) {
    guard let change = plan.transition else { return }
    let order: [IssueStatus.Category] = [.new, .indeterminate, .done]
    let names = ["To Do", "In Progress", "Done"]
    let key = issue.fields["status"]?["statusCategory"]?["key"]?.string ?? ""
    guard var place = order.firstIndex(where: { $0.rawValue == key }),
      let goal = order.firstIndex(of: change.target.category)
    else { return }
    overwrite(.issue, change.field)
    while place != goal {
      place += place < goal ? 1 : -1
      if worker.notesWhatItSends { base?.willMove(to: order[place], field: change.field) }
      log.append("worker: status = \(names[place])")
      issue.fields["status"] = SampleSite.status(names[place], order[place].rawValue)
      let resolution: JSON = order[place] == .done ? ["name": "Done"] : nil
      issue.fields["resolution"] = resolution
      issueTime += 1
    }
    edits[.issue]?[change.field] = nil
    clearEqual()
  }

  /// Runs until nothing is left to do, then checks that both sides say the same.
  package mutating func comeToRest(_ worker: Worker) {
    for _ in 0..<6 {
      run(worker)
      guard let last else { return }
      if last.isEmpty, worker.plan(base, self).isEmpty { break }
    }
    let final = worker.plan(base, self)
    if !final.isEmpty { violations.append("does not come to rest") }
    if final.newBase != base { violations.append("the base still moves") }
    let waiting = Set(final.conflicts.filter { $0.winner == nil }.map(\.field))
    for field in tracked where !waiting.contains(field.name) && !agree(field) {
      let known = base?.fields[field.name]
      let isAgreed =
        known?.canonical == rowCanonical(field)
        && known?.issueValue == issueCanonical(field)
      if !isAgreed || !(known.map { mayDiffer(field, $0) } ?? false) {
        violations.append("\(field.name): the sides differ at the end")
      }
    }
  }
}
