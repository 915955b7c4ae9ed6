import JSON
import Jira

extension Plan {
  /// The `fields` of the call that makes the issue.
  ///
  /// - Parameter labels: labels that the issue gets besides the row's: the mapping's constant ones and the marker.
  /// - Returns: the values by the fields' ids.
  public func creationFields(labels: [String]) -> [String: JSON] {
    var fields: [String: JSON] = [:]
    for write in issueWrites { fields[write.fieldID] = write.json }
    guard !labels.isEmpty else { return fields }
    let own = (fields["labels"]?.array ?? []).compactMap(\.string)
    fields["labels"] = .array(Set(own + labels).sorted().map { .string($0) })
    return fields
  }

  /// The `fields` of the one edit that brings the issue up to date.
  public var editFields: [String: JSON] {
    Dictionary(
      issueWrites.filter { !$0.isShared }.map { ($0.fieldID, $0.json) }
    ) { first, _ in first }
  }

  /// The `update` of the same edit: labels, which are added and removed one by one.
  public var editOperations: [String: [JSON]] {
    Dictionary(
      issueWrites.filter(\.isShared).map { ($0.fieldID, $0.operations) }
    ) { first, _ in first }
  }

  /// The base once JIRA said what it stored.
  ///
  /// Where a field that is only pushed reads back otherwise than it was written, JIRA changed the spelling and that is agreed, or it would be written for ever. A field that may be pulled keeps what was written, so that the next plan brings what JIRA has to the row.
  ///
  /// - Parameters:
  ///   - issue: the issue as it was read after the write.
  ///   - mapping: the mapping of the plan.
  /// - Returns: the base to keep.
  public func base(after issue: IssueSnapshot, mapping: ResolvedMapping) -> Base {
    var base = newBase
    for write in issueWrites where !write.isShared {
      guard let field = mapping[write.field], !field.mapping.direction.pulls else { continue }
      let read = issueValue(field, issueFields: issue.fields, dialect: issue.dialect)
      guard read.isReadable, let known = base.fields[write.field] else { continue }
      base.fields[write.field] = BaseField(
        raw: known.raw, canonical: known.canonical, issue: read.value)
    }
    return base.noting(mapping)
  }
}
