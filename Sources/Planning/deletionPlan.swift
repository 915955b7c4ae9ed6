import JSON
import Jira
import Mapping

/// Decides what is done to an issue whose row was deleted.
///
/// - Parameters:
///   - label: what users called the row.
///   - base: what both sides agreed on.
///   - mapping: the fields.
///   - policy: what the configuration says.
/// - Returns: the action, and the base to keep: should the row come back, the status that it was closed with counts.
func plan(
  forDeletedRow label: String, base: Base?, mapping: ResolvedMapping, policy: DeletionPolicy
)
  -> Plan
{
  var plan = Plan(newBase: base ?? Base())
  let text = "The row of \(label) was deleted from file_audit; this issue is no longer synced."
  switch policy {
  case .none: break
  case .comment: plan.deletion = .comment(text)
  case .unlink: plan.deletion = .unlink
  case .close:
    let status = mapping.fields.first(where: \.isStatus)
    plan.deletion = .close(
      text,
      status?.statusRules.map { StatusTarget(category: .done, preferredName: $0.doneStatus) })
    if let status, base != nil {
      plan.newBase.fields[status.name] = BaseField(raw: [:], canonical: StatusState.done.value)
    }
  }
  return plan
}

/// Decides what is written to a row whose issue was deleted.
///
/// - Parameters:
///   - key: the issue's key.
///   - row: the row as it was read.
///   - base: what both sides agreed on.
///   - mapping: the fields.
///   - policy: what the configuration says.
/// - Returns: the writes to the row.
func plan(
  forDeletedIssue key: String, row: Row, base: Base?, mapping: ResolvedMapping,
  policy: DeletionPolicy
) -> Plan {
  var plan = Plan(newBase: base ?? Base())
  func write(_ column: String, _ new: JSON, field: String) {
    guard let old = row[column] else { return }
    plan.rowGuard[column] = old
    plan.rowWrites.append(ColumnWrite(column: column, old: old, new: new, field: field))
  }
  guard policy == .comment || policy == .close else { return plan }
  let text = "JIRA issue \(key) was deleted."
  if mapping.mapping.columns.contains(where: { $0.name == "notes" }) {
    let notes = row["notes"]?.string ?? ""
    write("notes", .string(notes.isEmpty ? text : notes + "\n" + text), field: "notes")
  }
  if policy == .close, let status = mapping.fields.first(where: \.isStatus),
    let rules = status.statusRules
  {
    write(rules.debtColumn, false, field: status.name)
    write(rules.auditColumn, .string(rules.completed), field: status.name)
  }
  return plan
}
