import JSON
import Jira
import JobQueue
import Mapping
import Planning

extension CreationDraft {
  /// Fields without which JIRA makes no issue.
  private static let core: Set<String> = ["summary", "project", "issuetype"]

  /// The same creation without what JIRA refused, so that one optional field never keeps an issue from being made.
  ///
  /// A text that is too long is cut further once before it is left out.
  ///
  /// - Parameter error: what JIRA said; it made nothing.
  /// - Returns: a smaller creation; nil where JIRA names nothing that can be left out.
  func reduced(refusedBy error: JiraError) -> CreationDraft? {
    guard error.kind == .invalid, !error.fieldErrors.isEmpty else { return nil }
    var draft = self
    let cut = draft.log.writes.cutFurther(refusedBy: error.fieldErrors, mapping: mapping)
    for write in draft.log.writes where cut.contains(write.field) {
      draft.issueDraft.fields[write.fieldID] = write.json
      draft.log.newBase.fields[write.field]?.sent = write.value
    }
    for (id, says) in error.fieldErrors.sorted(by: { $0.key < $1.key }) {
      let write = draft.log.writes.first { $0.fieldID == id }
      if let write, cut.contains(write.field) { continue }
      guard !Self.core.contains(id), draft.issueDraft.fields[id] != nil else { continue }
      draft.leaveOut(id, write, says)
    }
    guard draft.issueDraft.fields != issueDraft.fields else { return nil }
    draft.log.notedBase = draft.log.newBase
    draft.issueDraft.properties[IssueMarker.property] =
      IssueMarker(
        marker: marker, rowKey: item.rowKey, label: item.label, token: item.job.token,
        writes: draft.log.writes
      ).json
    return draft
  }

  private mutating func leaveOut(_ id: String, _ write: FieldWrite?, _ says: String) {
    issueDraft.fields[id] = nil
    let field = write.flatMap { mapping[$0.field] }
    log.writes.removeAll { $0.fieldID == id }
    let problem = FieldProblem(
      field: field?.name ?? id, columns: field?.mapping.columns ?? ["the mapping"],
      jiraField: field?.label ?? id,
      message:
        "JIRA refused the value for the field \(field?.label ?? id) and the issue was made without it: JIRA said: \(says). "
        + "Change the row or the mapping, or let JIRA take it")
    log.problems.append(problem)
    leftOut.append(problem)
    if let name = field?.name {
      log.newBase.fields[name] = BaseField(raw: [:], canonical: .empty)
    }
  }
}
