/// A column that a mapping file names where nobody knows yet what columns the table has.
public struct ColumnMention: Sendable, Hashable {
  /// The column's name.
  public var column: String
  /// What names it, and where.
  public var issue: MappingError.Issue

  /// What is wrong with it in a table without such a column.
  ///
  /// - Parameters:
  ///   - column: the column's name.
  ///   - field: the mapped field that names it.
  ///   - known: the columns that there are.
  /// - Returns: the message.
  static func unknown(_ column: String, field: String, known: [String]) -> String {
    "\(field) names the column '\(column)', which file_audit does not have"
      + Spelling.hint(column, in: known) + "; columns are \(known.joined(separator: ", "))"
  }
}
