import JSON
import Jira
import Mapping

/// What an issue says that is not what both sides agreed on.
package struct IssueDifference: Sendable, Hashable {
  /// The fields' names in the mapping.
  package var fields: Set<String> = []
  /// Whether the issue has another key than the link knows.
  var hasMoved = false
  /// Whether JIRA has to be written, too: an edit of a field that only follows, or a resolution that fills others.
  var concernsIssue = false

  /// The kind of job that handles it, nil where there is nothing to do.
  package var jobKind: String? {
    if concernsIssue { return "sync" }
    return fields.isEmpty && !hasMoved ? nil : "pull"
  }

  /// Compares an issue with what was agreed on.
  ///
  /// What a worker is about to write, and noted, is its own and no difference.
  ///
  /// - Parameters:
  ///   - issue: the issue as it was read.
  ///   - key: the key that the link knows.
  ///   - base: what was agreed on, nil where the two never met.
  ///   - leavingOut: fields not to look at.
  ///   - mapping: the fields.
  ///   - dialect: which JIRA gave the issue.
  package init(
    of issue: Issue, key: String?, base: Base?, leavingOut: Set<String> = [],
    mapping: ResolvedMapping, dialect: JiraDialect
  ) {
    hasMoved = !issue.key.isEmpty && key != issue.key
    guard let base else {
      concernsIssue = true
      return
    }
    for field in mapping.fields where !leavingOut.contains(field.name) {
      guard field.mapping.target != .issueKey else { continue }
      let known = base.fields[field.name]
      guard !field.isHidden(in: issue.fields, known: known) else { continue }
      let decoded = issueValue(field, issueFields: issue.fields, dialect: dialect)
      guard decoded.isReadable else { continue }
      let value = field.comparable(
        decoded.value, known: known, constantLabels: mapping.mapping.labels)
      // What JIRA holds instead of what it was sent is on record, and no change.
      guard decoded.value != known?.unstored?.held else { continue }
      guard value != known?.sent, value != known?.issueValue ?? .empty else { continue }
      // Sent once, then each side keeps its own.
      if field.mapping.apply == .create, !field.mapping.direction.pulls { continue }
      fields.insert(field.name)
      let fills = field.isStatus && !mapping.fills.isEmpty
      if !field.mapping.direction.pulls || fills { concernsIssue = true }
    }
  }
}

extension ResolvedField {
  /// The issue's value without labels that are not the row's.
  ///
  /// - Parameters:
  ///   - value: the issue's value.
  ///   - known: what was agreed on.
  ///   - constantLabels: the labels that every issue has.
  ///   - own: the row's labels, nil where the row is not read: then it has those that were agreed on.
  /// - Returns: the value to compare.
  package func comparable(
    _ value: FieldValue, known: BaseField?, constantLabels: [String], own: Set<String>? = nil
  ) -> FieldValue {
    guard isSharedLabels else { return value }
    let agreed = known?.issueValue.members ?? []
    let own = own ?? known?.canonical.members ?? []
    var members = value.members.subtracting(Set(constantLabels).subtracting(own))
    // Labels that users gave the issue are theirs, as long as JIRA only follows.
    if !mapping.direction.pulls { members.formIntersection(own.union(agreed)) }
    return .set(of: members)
  }
}
