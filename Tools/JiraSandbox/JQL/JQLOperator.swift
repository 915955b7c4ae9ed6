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

  /// Whether it asks for one of some values, or for none of them.
  var isMembership: Bool {
    switch self {
    case .equal, .notEqual, .anyOf, .noneOf, .isEmpty, .isNotEmpty: true
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .contains, .notContains: false
    }
  }

  var isNegated: Bool { [.notEqual, .noneOf, .isNotEmpty, .notContains].contains(self) }
}
