import FoundationEssentials
import Jira
import JobQueue
import Logging
import Mapping
import Planning
import Postgres

/// Compares what was sent to JIRA with what the issue holds afterwards.
struct StorageCheck: RowRunPart {
  let context: RowContext

  /// Compares what was sent with what JIRA holds, and asks JIRA again only where the two differ.
  func verifyStored(_ step: inout Reconciliation) async throws {
    guard !step.log.written.isEmpty, step.log.wasReadAgain else { return }
    if step.sentValues.values.allSatisfy({ $0.outcome == .stored }) {
      step.noteStored(nil)
      return
    }
    let wanted = step.log.written
    // The first answer may be older than the write, or hold what a lost lease wrote late.
    if let again = try await readAgain(step.issue.id) {
      step.issue = again.issue
      // The next run knows a late write for our own.
      let known = [step.item.job.token, step.readToken, step.item.link?.writeToken]
      let isLate = again.token.map { !known.contains($0) } ?? false
      guard !isLate else { return }
    }
    let isClear = step.sentValues.values.allSatisfy { $0.outcome != nil }
    let history =
      isClear
      ? nil
      : try await history(
        of: step.issue.id, known: Set(step.history.map(\.id)), since: step.readUpdated)
    step.noteStored(history)
    let lost = Set(wanted.map(\.field)).subtracting(step.log.written.map(\.field))
    if !lost.isEmpty {
      logger.debug("\(step.issue.key) does not hold \(lost.sorted().joined(separator: ", "))")
    }
  }

  /// The base of an issue that was made, once it is clear what JIRA stored of what was sent with the creation.
  ///
  /// - Parameters:
  ///   - base: what was sent; values of it may not have been read since.
  ///   - issue: the issue as it was read.
  ///   - item: the row and its job.
  /// - Returns: the base to plan with, and the issue, read again where it differs on Data Center: its search lags.
  /// - Throws: `JiraError` where the issue or its history cannot be read.
  func confirmed(
    _ base: Base, issue: Issue, item: WorkItem
  ) async throws -> (base: Base, issue: Issue) {
    guard base.isUnconfirmed else { return (base, issue) }
    let mapping = site.mapping
    func values(_ issue: Issue) -> [String: SentValue] {
      base.sentWithCreation(
        IssueSnapshot(key: issue.key, fields: issue.fields, dialect: site.client.dialect),
        mapping: mapping)
    }
    var issue = issue
    var sent = values(issue)
    var record: FieldHistory?
    if !sent.values.allSatisfy({ $0.outcome == .stored }) {
      if site.client.dialect == .dataCenter, let again = try await readAgain(issue.id) {
        issue = again.issue
        sent = values(issue)
      }
      // An empty field, too, may be one that a person has emptied since; an issue that was not touched has no history.
      let isTouched = issue.created == nil || issue.created != issue.updated
      if isTouched, !sent.values.allSatisfy({ $0.outcome == .stored }) {
        record = try await history(of: issue.id, known: [], since: nil)
      }
    }
    var confirmed = base
    let sending = Base.Sending(at: item.readAt, row: mapping.digest(of: item.row ?? [:]))
    for (name, value) in sent {
      guard let field = mapping[name] else { continue }
      let isEdited = record?.isEdited(id: field.fieldID, name: field.fieldName) ?? false
      let outcome =
        value.outcome == .stored ? .stored : isEdited ? .edited : value.outcome ?? .altered
      confirmed.note(value, outcome, field: field, previous: nil, sending: sending)
    }
    return (confirmed, issue)
  }

  /// An issue as the database of JIRA has it, and the lease that wrote to it last.
  private func readAgain(_ id: String) async throws -> (issue: Issue, token: Int64?)? {
    try await site.client.issue(
      id, fields: site.mapping.issueFieldIDs + CreatedMark.fields,
      properties: [IssueMarker.property]
    ).map { ($0, IssueMarker($0.properties[IssueMarker.property])?.token) }
  }

  /// Who edited an issue; nil where JIRA does not say, and then what differs counts as JIRA's own doing.
  private func history(
    of id: String, known: Set<String>, since: Int64?
  ) async throws -> FieldHistory? {
    do {
      return FieldHistory(
        changes: try await site.client.changes(of: id), known: known, since: since,
        account: site.account.id)
    } catch let error as JiraError where error.kind == .notFound || error.kind == .invalid {
      logger.info("the history of issue \(id) cannot be read: \(error)")
      return nil
    }
  }
}
