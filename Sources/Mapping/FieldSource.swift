/// How a field's value is made from the columns of a row.
public enum FieldSource: Sendable, Hashable {
  /// The one column as it is; two columns for a cascading select, the parent's first.
  case column
  /// A text with columns in it.
  case template(Template)
  /// The same text for every row.
  case constant(String)
  /// The columns about debt and audit against the status.
  case status(StatusRules)
  /// The list of tickets to which the key is appended.
  case tickets
}
