import JSON
import Jira

extension ResolvedField {
  /// Whether an issue says nothing of the field, though it had a value.
  ///
  /// JIRA gives a field that was cleared as `null`, and leaves out one that is hidden from the issue, or is not for its project and type: after a move, or when an administrator changed the field's context. Nobody cleared it then.
  func isHidden(in issueFields: [String: JSON], known: BaseField?) -> Bool {
    !isStatus && issueFields[fieldID] == nil && known.map { $0.issueValue != .empty } ?? false
  }
}

/// The issue's value of a field.
///
/// - Parameters:
///   - field: the field.
///   - issueFields: the issue's fields by their ids, as JIRA gave them.
///   - dialect: which JIRA gave them.
/// - Returns: the value in canonical form, and whether it has formatting that cannot be written back.
public func issueValue(
  _ field: ResolvedField, issueFields: [String: JSON], dialect: JiraDialect
) -> DecodedField {
  if let rules = field.statusRules {
    // A status that cannot be read is taken for none, and the planner leaves the field out.
    let value = StatusState(issue: issueFields, rules: rules)?.value ?? .empty
    return DecodedField(value)
  }
  let decoded = FieldCodec.decode(
    issueFields[field.fieldID] ?? .null, as: field.type, dialect: dialect)
  guard field.isSharedLabels, case .set(let members) = decoded.value else { return decoded }
  // The labels that mark an issue as ours are not the row's.
  return DecodedField(.set(of: members.filter { !$0.hasPrefix("jira-sync-") }))
}
