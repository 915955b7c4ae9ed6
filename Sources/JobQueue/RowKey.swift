/// Which row of which synced table.
public struct RowKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The table that a job is about when it names none.
  public static let standardTable = "file_audit"

  /// The name of the table in this system, `table_name` in SQL.
  public let table: String
  /// The text of the row's primary key, `row_id` in SQL.
  public let id: String

  /// Names a row.
  public init(table: String = RowKey.standardTable, id: String) {
    self.table = table
    self.id = id
  }

  /// `table:id`.
  public var description: String { "\(table):\(id)" }

  /// The key of the row's jobs: of those with one key, one runs at a time.
  public var jobKey: String { "row:\(self)" }

  /// By table; ids that are numbers in the order of numbers, before all others.
  public static func < (left: RowKey, right: RowKey) -> Bool {
    left.order < right.order
  }

  private var order: (String, Int64, String) { (table, Int64(id) ?? .max, id) }
}
