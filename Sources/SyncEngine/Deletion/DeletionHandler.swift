import JSON
import Jira
import JobQueue
import Logging
import Mapping
import Planning
import Postgres

/// Ends the links of deleted rows, and does at their issues what the deletion policy says.
struct DeletionHandler: RowRunPart {
  let context: RowContext

  /// Leaves rows to their deletions, where these are only marked so far: a row that has the id now may be another one.
  func withoutMarked(_ items: [WorkItem]) async throws -> [WorkItem] {
    let marked = items.filter { $0.isMarked && $0.deleted == nil }
    guard !marked.isEmpty else { return items }
    let text = "waits for the deletions of \(marked[0].rowKey.table) to be enqueued"
    try await run.settle(marked.map { ($0.job, .postponed(text, after: .seconds(1))) })
    return items.filter { !$0.isMarked || $0.deleted != nil }
  }

  /// Ends the links of rows that a trigger reported as deleted.
  ///
  /// A row that took the id of a deleted one is a new row, unless it has the label of the one that was linked: then it is the
  /// same file, loaded again, and keeps its issue.
  ///
  /// - Returns: the items that are left to do, with their links as they are now.
  func settleDeletions(_ items: [WorkItem]) async throws -> [WorkItem] {
    let deleted = items.filter { $0.deleted != nil }
    guard !deleted.isEmpty else { return items }
    let gone = deleted.filter { item in
      guard let link = item.link else { return false }
      // The row that has the id now may have been given its own link already.
      let label = item.row?[AuditTable.labelColumn]?.string
      return label != item.deleted?.label && label != link.label
    }
    let parted = try await carryOutDeletions(gone)
    let open = deleted.filter { run.isOpen($0.job) }
    let finished = open.filter { $0.row == nil }.map(\.job)
    let releases = options.onRowDeleted == .unlink
    try await run.write(for: open.map(\.job), doing: "ending the links of deleted rows") {
      transaction, held in
      let heldIDs = Set(held.map(\.id))
      let mine = parted.filter { heldIDs.contains($0.job.id) }
      let bases = try mine.map { item in
        item.link?.deletionAction == nil && options.onRowDeleted == .none
          ? nil : try item.link?.base.map { _ in try plan(item).newBase.text() }
      }
      _ = try await transaction.query(
        RowStore.rowsGone(
          mine.map(\.rowKey), labels: mine.map { $0.lastLabel }, bases: bases,
          times: mine.map(\.job.createdAt), releases: releases),
        doing: "ending the links of \(mine.count) deleted rows")
      return finished.filter { heldIDs.contains($0.id) }.map { ($0, .done) }
    }
    let goneRows = Set(gone.map(\.rowKey))
    return items.map { item in
      var item = item
      if goneRows.contains(item.rowKey) { item.link = nil }
      return item
    }
  }

  /// Does at the issues of deleted rows what `on_row_deleted` says, which by default is nothing.
  ///
  /// A row that is there under another id, as after a reload, was not deleted.
  ///
  /// - Parameter items: jobs that report deletions of linked rows.
  /// - Returns: those whose links may end now, with the base to keep; the others' jobs were settled.
  /// - Throws: `PostgresError`, `LeaseLost`; what JIRA says is settled or logged.
  func carryOutDeletions(_ items: [WorkItem]) async throws -> [WorkItem] {
    guard options.onRowDeleted != .none else { return items }
    var done: [WorkItem] = []
    for item in items {
      guard let link = item.link, link.state == .linked, let issue = link.issueID,
        let action = plan(item).deletion
      else {
        done.append(item)
        continue
      }
      guard try await begin(item) else {
        done.append(item)
        continue
      }
      do {
        try await perform(action, at: issue, of: item)
        done.append(item)
      } catch let error as JiraError {
        await session.report(error)
        let settlement = run.settlement(of: item.job, after: error, session: session)
        guard case .refused = settlement else {
          try await run.settle(item.job, as: settlement)
          continue
        }
        // The issue is gone itself, or may not be touched: that the row is gone is true all the same.
        logger.warning("\(link.issueKey ?? issue) could not be told that its row is gone: \(error)")
        done.append(item)
      } catch let error as NoTransitionPath {
        logger.warning("\(link.issueKey ?? issue) could not be closed: \(error)")
        done.append(item)
      }
    }
    return done
  }

  /// Notes that it begins, so that a crash does not make it happen twice; answers whether there is anything to do.
  private func begin(_ item: WorkItem) async throws -> Bool {
    guard let link = item.link, !link.hasDeletionAction(.done) else { return false }
    let label = item.deleted?.label ?? link.label
    let row = try await database.query(
      "select exists (select from public.file_audit as f where f.file_path = \(label)) as there",
      doing: "looking whether \(label) was loaded again"
    ).one
    guard try row.get("there", as: Bool.self) == false else { return false }
    try await run.write(for: [item.job], doing: "recording the deletion action of \(label)") {
      transaction, _ in
      _ = try await transaction.query(
        """
        update jira_sync.links set deletion_action = coalesce(deletion_action, 'begun') where id = \(link.id)
        """, doing: "recording the deletion action of \(label)")
      return []
    }
    return run.isOpen(item.job)
  }

  private func plan(_ item: WorkItem) -> Plan {
    Planning.plan(
      base: item.link?.base, row: .deleted(label: item.deleted?.label ?? item.label),
      issue: .absent, mapping: site.mapping, deletion: options.onRowDeleted)
  }

  private func perform(_ action: DeletionAction, at issue: String, of item: WorkItem) async throws {
    switch action {
    case .unlink:
      guard let marker = item.link?.marker else { return }
      let label = IssueMarker.formerLabel(marker)
      if try await site.client.issue(issue, fields: ["labels"])?.labels.contains(label) == true {
        _ = try await site.client.edit(
          issue, fields: [:], update: ["labels": [["remove": .string(label)]]])
      }
      _ = try await site.client.removeProperty(IssueMarker.property, of: issue)
    case .comment(let text): try await say(text, at: issue, of: item)
    case .close(let text, let target):
      try await say(text, at: issue, of: item)
      if let target { try await close(issue, target) }
    }
  }

  private func say(_ text: String, at issue: String, of item: WorkItem) async throws {
    if item.link?.hasDeletionAction(.begun) == true,
      try await site.client.comments(of: issue).contains(where: { $0.text == text })
    {
      return
    }
    _ = try await site.client.addComment(text, to: issue)
  }

  /// Moves an issue to done, over as many steps as its workflow needs.
  private func close(_ id: String, _ target: StatusTarget) async throws {
    guard
      let status = site.mapping.fields.first(where: \.isStatus),
      let rules = status.statusRules,
      let start = try await site.client.issue(id, fields: ["status"])?.status
    else { return }
    var path = TransitionPath(target: target, start: start)
    path.rules = rules
    path.names = status.names
    while !path.hasArrived {
      let transitions = try await site.client.transitions(of: id)
      guard path.steps < TransitionRunner.mostSteps, let next = path.choose(from: transitions)
      else {
        throw NoTransitionPath(
          from: path.current.name, target: target.preferredName,
          reachable: transitions.map(\.to.name), obstacles: path.obstacles)
      }
      try await site.client.transition(id, to: next.transition.id, fields: next.fields)
      guard let reached = try await site.client.issue(id, fields: ["status"])?.status,
        reached.id != path.current.id
      else { return }
      path.arrived(at: reached)
    }
  }
}
