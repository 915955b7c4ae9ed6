import JSON
import Jira
import Mapping

extension ResolvedField {
  /// Whether an issue says nothing of the field, though it had a value.
  ///
  /// JIRA gives a field that was cleared as `null`, and leaves out one that is hidden from the issue, or is not for its
  /// project and type: after a move, or when an administrator changed the field's context. Nobody cleared it then.
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
    // A status or a resolution that cannot be understood is taken for none, and the planner leaves the field out.
    let state = StatusState(
      issue: issueFields, rules: rules, resolutions: field.names.resolutions)
    // A row that only leads asks for no more than that the issue is done.
    let onlyLeads =
      !field.mapping.direction.pulls && field.unrecognisedResolution(in: issueFields) != nil
    return DecodedField((state ?? (onlyLeads ? .kept : nil))?.value ?? .empty)
  }
  let json = issueFields[field.fieldID] ?? .null
  var decoded = FieldCodec.decode(json, as: field.type, dialect: dialect)
  if case .option = decoded.value, field.type.isTranslated, let seen = TranslatedName(json) {
    decoded.value = .option(CanonicalText.line(field.translated.completing(seen).canonical))
  }
  guard field.isSharedLabels, case .set(let members) = decoded.value else { return decoded }
  // The labels that mark an issue as ours are not the row's.
  return DecodedField(.set(of: members.filter { !$0.hasPrefix("jira-sync-") }))
}
