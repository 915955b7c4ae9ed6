import JSON
import Jira
import JobQueue
import Logging
import Mapping
import Planning
import Postgres

extension RowWork {
  /// Does at the issues of deleted rows what `on_row_deleted` says, which by default is nothing.
  ///
  /// A row that is there under another id, as after a reload, was not deleted.
  ///
  /// - Parameter items: jobs that report deletions of linked rows.
  /// - Returns: those whose links may end now, with the base to keep; the others' jobs were settled.
  /// - Throws: `PostgresError`, `LeaseLost`; what JIRA says is settled or logged.
  func carryOutDeletions(_ items: [WorkItem]) async throws -> [WorkItem] {
    let policy = options.onRowDeleted
    guard policy != .none else { return items }
    var done: [WorkItem] = []
    for item in items {
      guard let link = item.link, link.state == .linked, let issue = link.issueID else {
        done.append(item)
        continue
      }
      guard try await begin(item) else {
        done.append(item)
        continue
      }
      do {
        try await perform(policy, at: issue, of: item)
        done.append(item)
      } catch let error as JiraError {
        await session.report(error)
        let fate = run.fate(of: item.job, after: error, session: session)
        guard case .refused = fate else {
          try await run.settle(item.job, as: fate)
          continue
        }
        // The issue is gone itself, or may not be touched: that the row is gone is true all the same.
        logger.warning("\(link.issueKey ?? issue) could not be told that its row is gone: \(error)")
        done.append(item)
      } catch let error as NoWayThrough {
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

  private func perform(_ policy: GonePolicy, at issue: String, of item: WorkItem) async throws {
    let label = item.deleted?.label ?? item.label
    switch policy {
    case .none: return
    case .unlink:
      guard let marker = item.link?.marker else { return }
      let label = IssueMarker.formerLabel(marker)
      if try await site.client.issue(issue, fields: ["labels"])?.labels.contains(label) == true {
        _ = try await site.client.edit(
          issue, fields: [:], update: ["labels": [["remove": .string(label)]]])
      }
      _ = try await site.client.removeProperty(IssueMarker.property, of: issue)
    case .comment, .close:
      let text =
        "The row of \(label) was deleted from file_audit; this issue is no longer kept in step."
      var isSaid = false
      if item.link?.hasDeletionAction(.begun) == true {
        isSaid = try await site.client.comments(of: issue).contains { $0.text == text }
      }
      if !isSaid { _ = try await site.client.addComment(text, to: issue) }
      if policy == .close { try await close(issue) }
    }
  }

  /// Moves an issue to done, over as many steps as its workflow needs.
  private func close(_ id: String) async throws {
    guard
      let status = site.mapping.fields.first(where: \.isStatus),
      let rules = status.statusRules,
      let start = try await site.client.issue(id, fields: ["status"])?.status
    else { return }
    var walk = StatusWalk(
      target: StatusTarget(category: .done, preferredName: rules.doneStatus), start: start)
    walk.rules = rules
    walk.names = status.names
    while !walk.hasArrived {
      let transitions = try await site.client.transitions(of: id)
      guard walk.hops < Self.mostHops, let next = walk.choose(from: transitions) else {
        throw NoWayThrough(
          from: walk.current.name, target: rules.doneStatus,
          reachable: transitions.map(\.to.name), obstacles: walk.obstacles)
      }
      try await site.client.transition(id, to: next.transition.id, fields: next.fields)
      guard let reached = try await site.client.issue(id, fields: ["status"])?.status,
        reached.id != walk.current.id
      else { return }
      walk.arrived(at: reached)
    }
  }

  /// The base of a link whose issue we closed: should the row come back, its own status counts.
  func baseAfterDeletion(_ base: Base) -> Base {
    guard options.onRowDeleted == .close,
      let status = site.mapping.fields.first(where: \.isStatus)
    else { return base }
    var base = base
    base.fields[status.name] = BaseField(raw: [:], canonical: StatusState.done.value)
    return base
  }
}
