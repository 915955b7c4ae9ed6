import JSON

/// One row as `to_jsonb` gives it: a value for each column.
public typealias Row = [String: JSON]

/// The row's side of a plan.
public enum RowSide: Sendable, Hashable {
  /// The row as it was read.
  case present(Row)
  /// There is no such row.
  case absent
  /// The row was deleted; users called it so.
  case deleted(label: String)
}
