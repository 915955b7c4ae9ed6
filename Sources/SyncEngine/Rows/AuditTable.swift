import JobQueue
import Postgres

/// What statements have to know of `public.file_audit`, which is the only synced table as yet.
public enum AuditTable {
  /// The column with what users call a row.
  public static let labelColumn = "file_path"

  /// The condition that `f`, a row of the table, is a certain one.
  ///
  /// The parameter takes the type of the key, so that the primary key's index is used.
  public static func isRow(_ row: RowKey) -> SQL { "f.id = \(row.id)::bigint" }

  /// The condition that `f`, a row of the table, is the one that a record of ours is about.
  ///
  /// A record about another table, or about an id that no row can have, is about none.
  ///
  /// - Parameter alias: the record's alias; a constant of the program.
  /// - Returns: the condition, which uses the primary key's index.
  public static func isRow(of alias: String) -> SQL {
    SQL(
      unescaped: """
        f.id = case when \(alias).table_name = '\(RowKey.standardTable)' and \(alias).row_id ~ '^-?[0-9]{1,18}$'
          then \(alias).row_id::bigint end
        """)
  }

  /// What a row is called that has no label.
  static func describe(_ row: RowKey) -> String {
    row.table == RowKey.standardTable ? "row \(row.id)" : "row \(row)"
  }
}
