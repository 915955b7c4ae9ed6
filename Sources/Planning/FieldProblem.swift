import Mapping

/// Why one field of one row cannot be kept in sync; the row's other fields can.
public struct FieldProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The field's name in the mapping.
  public var field: String
  /// The columns that it is made from.
  public var columns: [String]
  /// The JIRA field, name and id.
  public var jiraField: String
  /// What is wrong and what to do.
  public var message: String
  /// Whether it may have been corrected in JIRA since its fields were read.
  public var mayBeOver: Bool

  /// Describes a problem.
  ///
  /// - Parameters:
  ///   - field: the field's name in the mapping.
  ///   - columns: the columns that it is made from.
  ///   - jiraField: the JIRA field, name and id.
  ///   - message: what is wrong and what to do.
  ///   - mayBeOver: whether it may have been corrected in JIRA since its fields were read.
  public init(
    field: String, columns: [String], jiraField: String, message: String, mayBeOver: Bool = false
  ) {
    self.field = field
    self.columns = columns
    self.jiraField = jiraField
    self.message = message
    self.mayBeOver = mayBeOver
  }

  /// The columns and what is wrong.
  public var description: String { "\(columns.joined(separator: ", ")): \(message)" }
}

extension ResolvedField {
  /// A problem of this field.
  package func problem(_ message: String, mayBeOver: Bool = false) -> FieldProblem {
    FieldProblem(
      field: name, columns: mapping.columns, jiraField: label, message: message,
      mayBeOver: mayBeOver)
  }
}
