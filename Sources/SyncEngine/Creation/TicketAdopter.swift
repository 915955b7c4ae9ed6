import JSON
import Jira
import JobQueue
import Logging
import Mapping
import Planning
import Postgres

/// Treats rows that name tickets already, as the mapping says.
struct TicketAdopter: RowRunPart {
  let context: RowContext

  /// Treats rows that already name tickets as the mapping says: a new issue all the same, the ticket itself, or nothing.
  ///
  /// - Returns: the rows that get a new issue.
  func withoutTicketed(_ items: [WorkItem]) async throws -> [WorkItem] {
    let keys = items.flatMap { item in
      TicketDecision.keys(in: item.tickets, policy: policy(item), scope: site.adoptionScope)
    }
    var facts = try await TicketFacts.read(keys, client: site.client, database: database)
    var rest: [WorkItem] = []
    var waiting: [(item: WorkItem, text: String)] = []
    for item in items {
      // Each adoption that another row was faster with is decided once more.
      var decision: TicketDecision
      repeat {
        decision = TicketDecision.decide(
          item.tickets, policy: policy(item), found: facts.found, holders: facts.holders,
          scope: site.adoptionScope
        )
        guard case .adopt(let id, let key) = decision else { break }
        let isAdopted = try await adopt(id: id, key: key, for: item)
        facts.holders[id] = isAdopted ? item.label : "another row"
        if isAdopted || !run.isOpen(item.job) { break }
      } while true
      switch decision {
      case .adopt: break
      case .create(let note):
        if let note { logger.info("\(item.label) \(note)") }
        rest.append(item)
      case .skip(let note):
        logger.info("\(item.label) \(note) and is skipped, as the mapping says")
        try await run.settle(item.job, as: .done)
      case .wait(let reason): waiting.append((item, reason))
      }
    }
    try await keepWaiting(waiting)
    return rest
  }

  /// Whoever asked for the sync may have said otherwise than the mapping.
  private func policy(_ item: WorkItem) -> ExistingTickets {
    item.job.arguments["existing_tickets"]?.string.flatMap(ExistingTickets.init)
      ?? site.mapping.mapping.existingTickets
  }

  /// Records at links why rows get no issue.
  private func keepWaiting(_ items: [(item: WorkItem, text: String)]) async throws {
    guard !items.isEmpty else { return }
    let noted = try await run.write(
      items, for: \.item.job,
      doing: "noting that \(items.count) rows name tickets that cannot be adopted"
    ) { transaction, mine in
      _ = try await transaction.query(
        RowStore.waiting(mine.map { ($0.item.rowKey, $0.item.label, $0.text) }),
        doing: "noting that \(mine.count) rows name tickets that cannot be adopted")
      return mine.map { ($0.item.job, .refused($0.text)) }
    }
    for (item, text) in noted {
      tally.failed(item.rowKey)
      warn("\(item.label) gets no issue", text, item.job)
    }
  }

  /// Links a row with an issue; answers whether that is still no other row's.
  private func adopt(id: String, key: String, for item: WorkItem) async throws -> Bool {
    let text = "\(key) was adopted, to be reconciled"
    let isMine = try await run.write(for: [item.job], doing: "adopting \(key) for \(item.label)") {
      transaction, _ in
      // No base: the next run is the first meeting of the two, and records what differs.
      let result = try await transaction.query(
        """
        insert into jira_sync.links (table_name, row_id, label, state, issue_id, issue_key)
        select \(item.rowKey.table), \(item.rowKey.id), \(item.label), 'linked', \(id), \(key)
        where not exists (select from jira_sync.links as l where l.issue_id = \(id))
        on conflict (table_name, row_id) where state <> 'row_gone' do update
        set state = 'linked', issue_id = excluded.issue_id, issue_key = excluded.issue_key,
          last_error = null
        where links.state = 'creating'
        """, doing: "adopting \(key) for \(item.label)")
      let isMine = result.affected == 1
      return (isMine ? [(item.job, .postponed(text, after: .zero))] : [], isMine)
    }
    guard isMine == true else { return false }
    logger.info("\(item.label) adopts \(key)")
    return true
  }
}
