import JSON
import Jira
import JobQueue
import Locks
import Logging
import Postgres

extension RowWork {
  /// Treats rows that already name tickets as the mapping says: a new issue all the same, the ticket itself, or nothing.
  ///
  /// - Returns: the rows that get a new issue.
  func withoutTicketed(_ items: [WorkItem]) async throws -> [WorkItem] {
    var rest: [WorkItem] = []
    for item in items {
      // Whoever asked for the sync may have said otherwise.
      let policy =
        item.job.arguments["existing_tickets"]?.string.flatMap(ExistingTickets.init)
        ?? site.mapping.mapping.existingTickets
      let tickets = (item.row?["jira_tickets"]?.array ?? []).compactMap(\.string)
      if tickets.isEmpty || policy == .create {
        rest.append(item)
      } else if policy == .skip {
        logger.info("\(item.label) names tickets already and is skipped, as the mapping says")
        try await run.settle(item.job, as: .done)
      } else if try await adoptFirst(of: tickets, for: item) == false {
        rest.append(item)
      }
    }
    return rest
  }

  /// Links a row with the first of its tickets that exists and belongs to no other row; answers whether there was one.
  private func adoptFirst(of tickets: [String], for item: WorkItem) async throws -> Bool {
    for ticket in tickets {
      guard let issue = try await site.client.issue(ticket, fields: ["updated"]) else { continue }
      let text = "\(issue.key) was adopted, to be brought into step"
      let isMine = Lock(false)
      try await run.write(for: [item.job], doing: "adopting \(issue.key) for \(item.label)") {
        transaction, _ in
        // No base: the next run is the first meeting of the two, and records what differs.
        let result = try await transaction.query(
          """
          insert into jira_sync.links (table_name, row_id, label, state, issue_id, issue_key)
          select \(item.rowKey.table), \(item.rowKey.id), \(item.label), 'linked', \(issue.id), \(issue.key)
          where not exists (select from jira_sync.links as l where l.issue_id = \(issue.id))
          on conflict (table_name, row_id) where state <> 'row_gone' do update
          set state = 'linked', issue_id = excluded.issue_id, issue_key = excluded.issue_key,
            last_error = null
          where links.state = 'creating'
          """, doing: "adopting \(issue.key) for \(item.label)")
        guard result.affected == 1 else { return [] }
        isMine.withLock { $0 = true }
        return [(item.job, .postponed(text, after: .zero))]
      }
      if isMine.withLock({ $0 }) {
        logger.info("\(item.label) adopts \(issue.key)")
        return true
      }
    }
    return false
  }
}
