import FoundationEssentials
import JSON
import Jira
import JobQueue
import Mapping
import Planning

/// An issue that is about to be made for a row.
struct CreationDraft: Sendable {
  let item: WorkItem
  /// Sent along as a property; tells this creation from every other.
  let marker: UUID
  let plan: Plan
  /// What JIRA refused of the plan.
  var log: ExecutionLog
  var issueDraft: IssueDraft
  /// What JIRA refused before, so that it was taken out.
  var leftOut: [FieldProblem] = []
  let mapping: ResolvedMapping

  init(item: WorkItem, site: Site, marker: UUID = UUID()) {
    self.item = item
    self.marker = marker
    mapping = site.mapping
    let plan = Planning.plan(
      base: nil, row: item.row.map(RowSide.present) ?? .absent, issue: .absent,
      mapping: site.mapping)
    var fields = plan.creationFields(labels: site.mapping.mapping.labels)
    fields["project"] = ["key": .string(site.project.key)]
    fields["issuetype"] = ["id": .string(site.issueType.id)]
    let property = IssueMarker(
      marker: marker, rowKey: item.rowKey, label: item.label, token: item.job.token,
      writes: plan.issueWrites)
    issueDraft = IssueDraft(fields: fields, properties: [IssueMarker.property: property.json])
    self.plan = plan
    log = ExecutionLog(plan)
  }

  /// JIRA's refusal in words that name columns.
  func explain(_ error: JiraError) -> String {
    let named = error.fieldErrors.sorted { $0.key < $1.key }.map { id, says in
      guard let field = mapping.fields.first(where: { $0.fieldID == id }) else {
        return "the JIRA field \(id), which no column is mapped to: JIRA said: \(says)"
      }
      return """
        \(field.mapping.columns.joined(separator: ", ")) (JIRA field \(field.fieldName), \(id)): JIRA said: \(says)
        """
    }
    // What was taken out may be what JIRA now misses.
    let before = leftOut.map(\.description)
    return named.isEmpty
      ? (before + ["\(error)"]).joined(separator: "\n")
      : (before + named + error.messages).joined(separator: "\n")
  }
}
