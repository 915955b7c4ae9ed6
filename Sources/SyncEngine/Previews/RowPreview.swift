import FoundationEssentials
import JSON
import JobQueue

/// What a sync would do with one row.
public struct RowPreview: Sendable, Hashable {
  /// What happens to the row and its issue.
  public enum Action: String, Sendable, Hashable, CaseIterable {
    /// An issue is made.
    case create
    /// An issue that the row names already is taken.
    case adopt
    /// The row names tickets already, and is left alone for that.
    case skip
    /// The row names tickets that cannot be adopted, and waits for a person.
    case waits
    /// One side or both are written.
    case update
    /// Nothing is written.
    case unchanged
    /// A person has to decide; nothing else is to be written.
    case conflict
    /// The row has no debt and no issue.
    case notWanted = "not_wanted"
    /// A person unlinked it, or issue or row are gone.
    case ended
    /// A creation is under way, or its answer was lost and it is being searched for.
    case creating
    /// The issue is not found.
    case missing
    /// The issue is there, as far as JIRA says, and cannot be read.
    case unread
  }

  /// Which row of which table.
  public var rowKey: RowKey
  /// The row's number, where it has one.
  public var fileNumber: String?
  /// What users call the row.
  public var label: String
  /// The key of its issue, nil where it has none.
  public var issueKey: String?
  /// What happens.
  public var action: Action
  /// The mapped fields, in the order of the mapping.
  public var fields: [FieldOutcome]
  /// What is to be known beside the fields.
  public var note: String?

  /// As programs read it.
  ///
  /// - Parameter withUnchanged: whether fields that nothing happens to are listed, too.
  /// - Returns: the object.
  public func json(withUnchanged: Bool) -> JSON {
    [
      "table_name": .string(rowKey.table), "row_id": .string(rowKey.id),
      "file_number": fileNumber.map(JSON.string) ?? .null,
      "label": .string(label), "issue_key": issueKey.map(JSON.string) ?? .null,
      "action": .string(action.rawValue), "note": note.map(JSON.string) ?? .null,
      "fields": .array(fields.filter { withUnchanged || $0.isChange }.map(\.json)),
    ]
  }
}
