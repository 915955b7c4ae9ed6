import JSON
import Jira

/// A value that is to be written to the issue.
public struct FieldWrite: Sendable, Hashable {
  /// The field's name in the mapping.
  public var field: String
  /// The columns that the value is made from.
  public var columns: [String]
  /// The field's id in JIRA.
  public var fieldID: String
  /// The field's type in JIRA.
  public var type: FieldType
  /// The value to write, as JIRA will hold it.
  public var value: FieldValue
  /// The value as JIRA's API takes it.
  public var json: JSON
  /// The value that JIRA has.
  public var old: FieldValue
  /// Whether others have a part in the value: JIRA's own labels are added and removed one by one.
  public var isShared: Bool
  /// Whether JIRA refused the text as too long, and it is cut more than the limit asks for.
  public var isCutFurther = false

  /// The operations of an edit's `update` for a shared set, empty for any other field.
  public var operations: [JSON] {
    guard isShared else { return [] }
    let wanted = value.members
    let present = old.members
    return wanted.subtracting(present).sorted().map { ["add": .string($0)] }
      + present.subtracting(wanted).sorted().map { ["remove": .string($0)] }
  }
}

extension FieldValue {
  /// The members of a set, none for anything else.
  var members: Set<String> {
    guard case .set(let members) = self else { return [] }
    return Set(members)
  }

  /// A set of texts: sorted, without doubles, empty where there is none.
  static func set(of members: some Sequence<String>) -> FieldValue {
    let sorted = Set(members).sorted()
    return sorted.isEmpty ? .empty : .set(sorted)
  }
}

/// A value that is to be written to the row.
public struct ColumnWrite: Sendable, Hashable {
  /// The column.
  public var column: String
  /// What the row has: the write is only right as long as it has it.
  public var old: JSON
  /// The value to write, as `to_jsonb` will give it afterwards.
  public var new: JSON
  /// The field's name in the mapping.
  public var field: String
}
