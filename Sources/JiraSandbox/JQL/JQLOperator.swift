/// How a clause compares.
enum JQLOperator: String, Sendable {
  case equal = "="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contains = "~"
  case notContains = "!~"
  case anyOf = "in"
  case noneOf = "not in"
  case isEmpty = "is"
  case isNotEmpty = "is not"
}
