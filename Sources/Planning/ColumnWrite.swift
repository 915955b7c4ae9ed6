import JSON

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
