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
}

extension [FieldWrite] {
  /// The `fields` of the one edit that brings the issue up to date.
  package var editFields: [String: JSON] {
    Dictionary(
      filter { !$0.isShared }.map { ($0.fieldID, $0.json) }
    ) { first, _ in first }
  }

  /// The `update` of the same edit: labels, which are added and removed one by one.
  package var editOperations: [String: [JSON]] {
    Dictionary(
      filter(\.isShared).map { ($0.fieldID, $0.operations) }
    ) { first, _ in first }
  }
}
