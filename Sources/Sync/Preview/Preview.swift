import JSON
import Jira
import JobQueue
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
    return try await withThrowingTaskGroup(of: (Int, [RowPreview]).self) { group in
      var next = 0
      func start() {
        guard next < chunks.count else { return }
        let index = next
        next += 1
        group.addTask { (index, try await chunk(chunks[index])) }
      }
      for _ in 0..<Self.width { start() }
      var parts: [Int: [RowPreview]] = [:]
      var count = 0
      while let (index, part) = try await group.next() {
        parts[index] = part
        count += chunks[index].count
        await done(count)
        start()
      }
      return chunks.indices.flatMap { parts[$0] ?? [] }
    }
  }

  private func chunk(_ rows: [RowKey]) async throws -> [RowPreview] {
    let jobs = rows.map {
      Job(id: 0, kind: kind, tableName: $0.table, rowID: $0.id, token: 0)
    }
    let items = try await RowStore.items(for: jobs, database: database)
    let linked = items.filter { $0.link?.state == .linked && $0.row != nil }
    var issues: [String: Issue] = [:]
    let issueIDs = linked.compactMap(\.link?.issueID)
    if !issueIDs.isEmpty {
      let batch = try await site.client.issues(
        ids: issueIDs, fields: site.mapping.issueFieldIDs, properties: [IssueMarker.property])
      issues = Dictionary(batch.found.map { ($0.id, $0) }) { $1 }
    }
    return items.compactMap { item in
      guard item.row != nil || item.link != nil else { return nil }
      return preview(item, issue: item.link?.issueID.flatMap { issues[$0] })
    }
  }

  private func preview(_ item: WorkItem, issue: Issue?) -> RowPreview {
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
      create(item, &preview)
    }
    return preview
  }

  private func create(_ item: WorkItem, _ preview: inout RowPreview) {
    let tickets = (item.row?["jira_tickets"]?.array ?? []).compactMap(\.string)
    if !tickets.isEmpty {
      let named = tickets.joined(separator: ", ")
      switch existingTickets {
      case .skip:
        preview.action = .skip
        preview.note = "names \(named) already"
        return
      case .adopt:
        preview.action = .adopt
        preview.note = "takes the first of \(named) that exists and belongs to no other row"
        return
      case .create: preview.note = "names \(named) already; a new issue is made all the same"
      }
    }
    preview.action = .create
    let plan = Sync.plan(
      base: nil, row: item.row.map(RowSide.present) ?? .absent, issue: .absent,
      mapping: site.mapping)
    preview.fields = outcomes(item, issue: nil, plan: plan, base: nil)
    if !item.sides.issue {
      preview.action = .unchanged
      preview.note = "has no issue, and a pull makes none"
      preview.fields = []
    }
  }

  private func compare(_ item: WorkItem, _ issue: Issue, _ preview: inout RowPreview) {
    let step = PairStep(item: item, issue: issue, site: site)
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
