/// A column that a mapping file names, before the columns of the table are known.
public struct ColumnMention: Sendable, Hashable {
  /// The column's name.
  public var column: String
  /// What names it, and where.
  public var issue: MappingError.Issue

  /// Describes a column that a file names.
  package init(column: String, issue: MappingError.Issue) {
    self.column = column
    self.issue = issue
  }

  /// What is wrong with it in a table without such a column.
  ///
  /// - Parameters:
  ///   - column: the column's name.
  ///   - field: the mapped field that names it.
  ///   - known: the columns that there are.
  /// - Returns: the message.
  package static func unknown(_ column: String, field: String, known: [String]) -> String {
    "\(field) names the column '\(column)', which file_audit does not have"
      + Spelling.hint(column, in: known) + "; columns are \(known.joined(separator: ", "))"
  }
}
