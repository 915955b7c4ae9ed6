import JSON
import Jira
import JobQueue
import Mapping
import Planning
import Postgres

/// Works out what a sync would do, with the very plan that workers use; calls nothing that writes.
public struct Preview: Sendable {
  private let site: Site
  private let database: PostgresClient
  private let kind: String
  private let existingTickets: ExistingTickets

  /// Prepares a preview.
  ///
  /// - Parameters:
  ///   - site: the site.
  ///   - database: where rows and links are.
  ///   - kind: the kind of job: `push`, `pull` or `sync`.
  ///   - existingTickets: what to do for rows that name tickets; nil is as the mapping says.
  public init(
    site: Site, database: PostgresClient, kind: String = "sync",
    existingTickets: ExistingTickets? = nil
  ) {
    self.site = site
    self.database = database
    self.kind = kind
    self.existingTickets = existingTickets ?? site.mapping.mapping.existingTickets
  }

  /// How many calls to JIRA go on at a time.
  private static let width = 4

  /// Works it out for rows.
  ///
  /// - Parameters:
  ///   - rows: the rows.
  ///   - done: called after each hundred with how many are done.
  /// - Returns: what would happen, in their order; rows that do not exist are left out.
  /// - Throws: `JiraError`, `PostgresError`.
  public func rows(
    _ rows: [RowKey], done: @escaping @Sendable (Int) async -> Void = { _ in }
  ) async throws -> [RowPreview] {
    let size = JiraClient.fetchLimit
    let chunks = stride(from: 0, to: rows.count, by: size).map {
      Array(rows[$0..<min($0 + size, rows.count)])
    }
    return try await withThrowingTaskGroup(of: (Int, Facts).self) { group in
      var next = 0
      func start() {
        guard next < chunks.count else { return }
        let index = next
        next += 1
        group.addTask { (index, try await facts(of: chunks[index])) }
      }
      for _ in 0..<Self.width { start() }
      var parts: [Int: Facts] = [:]
      var count = 0
      while let (index, part) = try await group.next() {
        parts[index] = part
        count += chunks[index].count
        await done(count)
        start()
      }
      // In the order of the rows, as the run takes them: the first that names an issue gets it.
      var taken: [String: String] = [:]
      return chunks.indices.flatMap { index in
        parts[index].map { previews($0, taken: &taken) } ?? []
      }
    }
  }

  /// What a preview of some rows is made from.
  private struct Facts: Sendable {
    var items: [WorkItem]
    var issues: [String: Issue]
    /// Why issues could not be read, by id.
    var unread: [String: JiraError]
    var tickets: TicketFacts
  }

  private func facts(of rows: [RowKey]) async throws -> Facts {
    let jobs = rows.map {
      Job(id: 0, kind: kind, tableName: $0.table, rowID: $0.id, token: 0)
    }
    let items = try await RowStore.items(for: jobs, database: database)
    let linked = items.filter { $0.link?.state == .linked && $0.row != nil }
    var issues: [String: Issue] = [:]
    var unread: [String: JiraError] = [:]
    let issueIDs = linked.compactMap(\.link?.issueID)
    if !issueIDs.isEmpty {
      let batch = try await site.client.issues(
        ids: issueIDs, fields: site.mapping.issueFieldIDs, properties: [IssueMarker.property])
      issues = Dictionary(batch.found.map { ($0.id, $0) }) { $1 }
      unread = batch.failed
    }
    let keys = items.filter { wantsIssue($0) }.flatMap {
      TicketDecision.keys(in: $0.tickets, policy: existingTickets, scope: site.adoptionScope)
    }
    return Facts(
      items: items, issues: issues, unread: unread,
      tickets: try await TicketFacts.read(keys, client: site.client, database: database))
  }

  private func wantsIssue(_ item: WorkItem) -> Bool {
    guard item.hasDebt, item.sides.issue else { return false }
    return item.link == nil || item.link?.state == .creating && item.link?.marker == nil
  }

  private func previews(_ facts: Facts, taken: inout [String: String]) -> [RowPreview] {
    var result: [RowPreview] = []
    for item in facts.items where item.row != nil || item.link != nil {
      let holders = facts.tickets.holders.merging(taken) { first, _ in first }
      let decision = TicketDecision.decide(
        item.tickets, policy: existingTickets, found: facts.tickets.found, holders: holders,
        scope: site.adoptionScope)
      let id = item.link?.issueID ?? ""
      let shown = preview(
        item, issue: facts.issues[id], error: facts.unread[id], decision: decision)
      if shown.action == .adopt, case .adopt(let id, _) = decision { taken[id] = item.label }
      result.append(shown)
    }
    return result
  }

  private func preview(
    _ item: WorkItem, issue: Issue?, error: JiraError?, decision: TicketDecision
  ) -> RowPreview {
    var preview = RowPreview(
      rowKey: item.rowKey, fileNumber: item.row?["file_number"]?.string, label: item.label,
      issueKey: item.link?.issueKey, action: .unchanged, fields: [], note: item.link?.lastError)
    guard item.row != nil else {
      preview.action = .ended
      preview.note = "the row does not exist, or cannot be seen"
      return preview
    }
    switch item.link?.state {
    case .unlinked, .issueGone, .rowGone:
      preview.action = .ended
    case .createUnknown:
      preview.action = .creating
    case .creating where item.link?.marker != nil:
      preview.action = .creating
    case .linked:
      if let error {
        preview.action = .unread
        preview.note =
          UnreadIssue(id: item.link?.issueID ?? "", key: item.link?.issueKey, error: error).text
        return preview
      }
      guard let issue else {
        preview.action = .missing
        preview.note = "JIRA does not show the issue: it was deleted or moved, or may not be seen"
        return preview
      }
      compare(item, issue, &preview)
    case .creating, nil:
      guard item.hasDebt else {
        preview.action = .notWanted
        return preview
      }
      create(item, decision, &preview)
    }
    return preview
  }

  private func create(
    _ item: WorkItem, _ decision: TicketDecision, _ preview: inout RowPreview
  ) {
    guard item.sides.issue else {
      preview.note = "has no issue, and a pull makes none"
      return
    }
    switch decision {
    case .skip(let note):
      preview.action = .skip
      preview.note = note
      return
    case .adopt(_, let key):
      preview.action = .adopt
      preview.issueKey = key
      preview.note = "is linked with \(key), which it names"
      return
    case .wait(let reason):
      preview.action = .waits
      preview.note = reason
      return
    case .create(let note): if let note { preview.note = note }
    }
    preview.action = .create
    let plan = Planning.plan(
      base: nil, row: item.row.map(RowSide.present) ?? .absent, issue: .absent,
      mapping: site.mapping)
    preview.fields = outcomes(item, issue: nil, plan: plan, base: nil)
  }

  private func compare(_ item: WorkItem, _ issue: Issue, _ preview: inout RowPreview) {
    let step = Reconciliation(item: item, issue: issue, site: site)
    preview.issueKey = issue.key
    preview.fields = outcomes(item, issue: issue, plan: step.plan, base: step.oldBase)
    let isWaiting = step.plan.conflicts.contains { $0.winner == nil }
    preview.action = !step.plan.isEmpty ? .update : isWaiting ? .conflict : .unchanged
  }

  /// The fields of a row, with what the plan says of each.
  private func outcomes(
    _ item: WorkItem, issue: Issue?, plan: Plan, base: Base?
  ) -> [FieldOutcome] {
    site.mapping.fields.map { field in
      var outcome = FieldOutcome(
        field: field.name, columns: field.mapping.columns, jiraField: field.fieldName, base: .null,
        row: .null, issue: .null, kind: .nothing)
      if field.mapping.target == .issueKey {
        outcome.jiraField = "key"
        outcome.row = item.row?[field.mapping.columns.first ?? ""] ?? .null
        outcome.issue = issue.map { .string($0.key) } ?? .null
        outcome.kind = plan.rowWrites.contains { $0.field == field.name } ? .writeRow : .nothing
        return outcome
      }
      let known = base?.fields[field.name]
      outcome.base = known?.canonical.plainJSON ?? .null
      do throws(FieldProblem) {
        outcome.row = try rowValue(field, row: item.row ?? [:]).plainJSON
      } catch {
        outcome.kind = .problem
        outcome.reason = error.message
      }
      var issueSide: FieldValue?
      if let issue {
        let value = issueValue(
          field, issueFields: issue.fields, dialect: site.client.dialect
        ).value
        issueSide = value
        outcome.issue = value.plainJSON
      }
      judge(&outcome, field, plan, base: known, issue: issueSide)
      return outcome
    }
  }

  private func judge(
    _ outcome: inout FieldOutcome, _ field: ResolvedField, _ plan: Plan, base: BaseField?,
    issue: FieldValue?
  ) {
    let name = field.name
    if let problem = plan.problems.first(where: { $0.field == name }) {
      outcome.kind = .problem
      outcome.reason = problem.message
      return
    }
    let conflict = plan.conflicts.first { $0.field == name }
    if let conflict {
      outcome.reason =
        "\(conflict.reason.rawValue): "
        + (conflict.winner.map { $0 == .row ? "the row wins" : "JIRA wins" }
          ?? "waits for a person")
    }
    if let change = plan.transition, change.field == name {
      outcome.kind = .writeJira
      if outcome.reason == nil { outcome.reason = "moved to \(change.target.preferredName)" }
    } else if plan.issueWrites.contains(where: { $0.field == name }) {
      outcome.kind = .writeJira
    } else if plan.rowWrites.contains(where: { $0.field == name }) {
      outcome.kind = .writeRow
    } else if conflict != nil {
      outcome.kind = .conflict
    } else if plan.deferred.contains(name) {
      outcome.kind = .later
    } else if let new = plan.newBase.fields[name], issue != nil, new != base {
      outcome.kind = .agree
    } else if issue != nil, let base,
      outcome.row != base.canonical.plainJSON
        || issue != base.issueValue
    {
      outcome.kind = .otherDirection
    }
  }
}
