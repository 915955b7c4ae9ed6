import JSON
import Jira
import JobQueue
import Mapping
import Planning

/// A row, its issue, the plan for them, and what was done of it.
struct Reconciliation: Sendable {
  let item: WorkItem
  var issue: Issue
  let plan: Plan
  /// What the execution did so far.
  var log: ExecutionLog
  /// What the plan was made from.
  let oldBase: Base?
  /// The token in the issue's property, as it was read or has been written since.
  var token: Int64?
  /// Whether the issue was made in this run.
  var isNew = false
  /// The latest entries of the issue's history, as far as they were requested.
  var history: [IssueChange]
  /// The issue's `updated` before anything was written to it.
  let readUpdated: Int64?
  /// The token in the issue's property before anything was written to it.
  let readToken: Int64?
  let mapping: ResolvedMapping
  let dialect: JiraDialect
  private let timeLimit: RemoteTimeLimit

  init(
    item: WorkItem, issue: Issue, site: Site, base: Base? = nil,
    resolver: IssueSnapshot.Resolver? = nil, refused: [FieldProblem] = []
  ) {
    self.item = item
    self.issue = issue
    history = issue.changes
    mapping = site.mapping
    dialect = site.client.dialect
    timeLimit = RemoteTimeLimit(now: site.client.clock.now)
    let known = base ?? item.link?.base
    readUpdated = issue.updated
    readToken = IssueMarker(issue.properties[IssueMarker.property])?.token
    token = readToken
    // A late write by one of our own expired leases is not a user's edit.
    oldBase = known.map {
      Self.claiming(
        $0, issue: issue, recorded: item.link?.writeToken, mapping: site.mapping,
        dialect: site.client.dialect)
    }
    let snapshot = IssueSnapshot(
      key: issue.key, fields: issue.fields, dialect: dialect, resolver: resolver)
    var plan = Planning.plan(
      base: oldBase, row: item.row.map(RowSide.present) ?? .absent, issue: .present(snapshot),
      mapping: mapping, sides: item.sides, resolutions: item.resolutions, suspended: item.suspended,
      withheld: item.isForced
        ? []
        : oldBase?.withheld(row: item.row ?? [:], mapping: mapping, now: item.readAt) ?? [])
    if !refused.isEmpty, let base {
      plan.leaveAlone(refused, base: base, issue: snapshot, mapping: mapping)
    }
    self.plan = plan
    log = ExecutionLog(plan)
    log.newBase.postponeUnstored(now: item.readAt)
  }

  /// The label that an earlier version gave the issue, as long as it has it.
  var formerLabel: String? {
    guard let marker = item.link?.marker else { return nil }
    let label = IssueMarker.formerLabel(marker)
    return issue.labels.contains(label) ? label : nil
  }

  /// When the issue was changed, as far as that is believed.
  var updated: Int64? { timeLimit.believed(issue.updated) }

  /// Whether JIRA need not be written to.
  var isQuiet: Bool { plan.issueWrites.isEmpty && plan.transition == nil }

  /// The names of the fields that are mapped.
  var mappedFields: Set<String> { Set(mapping.fields.map(\.name)) }

  /// Whether the issue, as it was read after it had been written, says more than the run knew: another user edited it meanwhile.
  ///
  /// - Parameters:
  ///   - base: what is stored as agreed.
  ///   - known: fields that are dealt with otherwise.
  /// - Returns: whether another run is needed.
  func hasUnseenChange(base: Base, leavingOut known: Set<String>) -> Bool {
    guard log.wasReadAgain else { return false }
    let waiting = Set(plan.conflicts.filter { $0.winner == nil }.map(\.field))
    let difference = IssueDifference(
      of: issue, key: issue.key, base: base,
      leavingOut: known.union(plan.leftOut).union(waiting).union(log.problems.map(\.field)),
      mapping: mapping, dialect: dialect)
    return !difference.fields.isEmpty
  }

  /// Whether there is a conflict that is not recorded yet, and whose author is unknown.
  var lacksAuthors: Bool {
    history.isEmpty
      && plan.conflicts.contains { !item.isRecorded($0) }
  }

  /// Who gave the issue the value of a field, as far as the part of its history says that came with it.
  ///
  /// - Parameter field: the field's name in the mapping.
  /// - Returns: nil where JIRA does not say.
  func author(of field: String) -> Authorship? {
    guard let mapped = mapping[field] else { return nil }
    let change = history.last { change in
      change.items.contains { $0.isOf(id: mapped.fieldID, name: mapped.fieldName) }
    }
    guard let change, let author = change.author else { return nil }
    return Authorship(name: author.displayName, seconds: Double(change.created) / 1000)
  }

  /// Why a field is written.
  ///
  /// - Parameters:
  ///   - field: the field's name in the mapping.
  ///   - side: the side that is written.
  /// - Returns: the cause, as `jira_sync.changes` names it.
  func cause(of field: String, on side: Change.Side) -> String {
    if log.decided[field] != nil { return "decided" }
    if let conflict = plan.conflicts.first(where: { $0.field == field }), conflict.winner != nil {
      return "\(conflict.reason.rawValue): \(conflict.winnerName)_wins"
    }
    if isNew { return "created" }
    if side == .row, mapping.fills.contains(where: { $0.name == field }),
      plan.rowWrites.contains(where: { mapping[$0.field]?.isStatus == true })
    {
      return "resolved"
    }
    return side == .jira ? "row_changed" : "jira_changed"
  }

  /// Keeps the issue as it was read after an edit.
  mutating func keep(after answered: Issue) {
    let key = issue.key
    issue = answered
    log.wasReadAgain = true
    if issue.key.isEmpty { issue.key = key }
  }

  /// Whether JIRA named fields that it refuses, and there is something to do without them.
  func isRefusedInPart(_ error: JiraError) -> Bool {
    let named = log.writes.filter { error.fieldErrors[$0.fieldID] != nil }
    return !named.isEmpty && (named.count < log.writes.count || plan.transition != nil)
  }

  /// Cuts texts further that JIRA refused as too long, each once.
  ///
  /// - Parameter error: what JIRA said.
  /// - Returns: the fields' names in the mapping.
  mutating func cutFurther(refusedBy error: JiraError) -> Set<String> {
    let cut = log.writes.cutFurther(refusedBy: error.fieldErrors, mapping: mapping)
    for write in log.writes where cut.contains(write.field) {
      log.notedBase.willSend(write.value, field: write.field)
    }
    return cut
  }

  /// Takes what JIRA refused out of the plan; nothing of the edit was made.
  ///
  /// - Parameters:
  ///   - error: what JIRA said.
  ///   - kept: fields that are sent again otherwise.
  /// - Returns: why each was left out.
  mutating func leaveOut(refusedBy error: JiraError, besides kept: Set<String>) -> [FieldFailure] {
    let named = log.writes.filter {
      error.fieldErrors[$0.fieldID] != nil && !kept.contains($0.field)
    }
    guard !named.isEmpty else { return [] }
    log.writes.removeAll { named.contains($0) }
    return failed(named, error: error)
  }

  /// Why fields were not written, by what JIRA said of each.
  func failed(_ writes: [FieldWrite], error: JiraError) -> [FieldFailure] {
    let named = writes.filter { error.fieldErrors[$0.fieldID] != nil }
    if error.concernsWholeIssue, let first = writes.first {
      // Said once, and not of each field.
      let columns = Set(writes.flatMap(\.columns)).sorted().joined(separator: ", ")
      let text = """
        JIRA refused the whole edit of \(issue.key) and named no field: \(error). It was to write \(columns); it is tried \
        again after polls
        """
      return [FieldFailure(field: first.field, text: text)]
        + writes.dropFirst().map { FieldFailure(field: $0.field, text: "") }
    }
    // The whole edit failed: the fields that JIRA names are why, the others only wait for them.
    return (named.isEmpty ? writes : named).map { write in
      FieldFailure(
        field: write.field,
        text: explain(write, says: error.fieldErrors[write.fieldID] ?? "\(error)"))
    }
      + (named.isEmpty
        ? []
        : writes.filter { write in !named.contains(write) }.map {
          FieldFailure(field: $0.field, text: "")
        })
  }

  /// Why the status was not reached.
  func failed(_ change: StatusChange, reason: String) -> FieldFailure {
    FieldFailure(
      field: change.field,
      text: "\(change.columns.joined(separator: ", ")) (JIRA field Status): \(reason)")
  }

  private func explain(_ write: FieldWrite, says: String) -> String {
    let name = mapping[write.field]?.fieldName ?? write.fieldID
    return """
      \(write.columns.joined(separator: ", ")) (JIRA field \(name), \(write.fieldID)): JIRA said: \(says)
      """
  }

  /// The base with values that a write of ours left at the issue without ever being recorded: by a worker that died behind
  /// it, or late, by a lease that was lost.
  ///
  /// Such a value counts as what both sides last agreed on, so that a row that says something else is written again. Were
  /// it taken for the issue's side of the agreement alone, the two would be agreed to differ.
  private static func claiming(
    _ base: Base, issue: Issue, recorded: Int64?, mapping: ResolvedMapping, dialect: JiraDialect
  ) -> Base {
    guard let marker = IssueMarker(issue.properties[IssueMarker.property]),
      marker.token != recorded, base.writers?.contains(marker.token) == true
    else { return base }
    var base = base
    for field in mapping.fields {
      guard let digest = marker.written[field.fieldID], let known = base.fields[field.name] else {
        continue
      }
      let value = field.comparable(
        issueValue(field, issueFields: issue.fields, dialect: dialect).value,
        known: known, constantLabels: mapping.mapping.labels)
      if value != known.issueValue, IssueMarker.digest(value) == digest {
        var claimed = known
        claimed.canonical = value
        claimed.issue = nil
        claimed.sent = nil
        base.fields[field.name] = claimed
      }
    }
    return base
  }
}
