/// How JQL compares a field with a value.
public enum JQLComparison: String, Sendable, Hashable {
  case equal = "="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  /// The words of the value occur in the field.
  case contains = "~"
}
