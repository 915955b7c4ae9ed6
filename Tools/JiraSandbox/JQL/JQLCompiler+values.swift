import Foundation
import JSON

extension JQLCompiler {
  func numberTest(_ clause: JQLClause, of field: FieldDefinition) throws(Refusal) -> Test {
    let id = field.id
    return try comparisonTest(clause) { issue in
      issue.fields[id]?.number
    } operand: { operand in
      guard let text = operand.literal, let number = Decimal(string: text),
        text.allSatisfy({ $0.isNumber || "-.eE".contains($0) })
      else { return nil }
      return number
    } invalid: { operand in
      .badRequest("Value '\(operand.text)' is invalid for the '\(clause.field)' field.")
    }
  }

  func dateTest(_ clause: JQLClause, of field: FieldDefinition) throws(Refusal) -> Test {
    let (id, zone, dates) = (field.id, dates.zone, dates)
    let isDay = field.kind == .day
    return try comparisonTest(clause) { issue -> Int64? in
      switch id {
      case "created": issue.created
      case "updated": issue.updated
      case "resolutiondate": issue.resolved
      default:
        isDay
          ? issue.fields[id]?.string.flatMap(InstantText.day).map(zone.instant)
          : issue.fields[id]?.int64
      }
    } operand: { operand in
      dates.instant(operand)
    } invalid: { operand in
      if case .function = operand {
        return .badRequest(
          "Unable to find JQL function '\(operand.text)' for field '\(clause.field)'.")
      }
      return .badRequest(
        "Date value '\(operand.text)' for field '\(clause.field)' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
      )
    }
  }

  /// A test by order.
  ///
  /// An issue without a value matches nothing but IS EMPTY.
  private func comparisonTest<Value: Comparable & Sendable>(
    _ clause: JQLClause, value: @escaping @Sendable (Issue) -> Value?,
    operand: (JQLOperand) -> Value?, invalid: (JQLOperand) -> Refusal
  ) throws(Refusal) -> Test {
    var wanted: [Value] = []
    var includesEmpty = false
    for part in operands(of: clause) {
      if part == .empty {
        includesEmpty = true
      } else if let found = operand(part) {
        wanted.append(found)
      } else {
        throw invalid(part)
      }
    }
    let (values, empty) = (wanted, includesEmpty)
    func ordered(_ holds: @escaping @Sendable (Value, Value) -> Bool) throws(Refusal) -> Test {
      guard let bound = values.first else { throw unsupported(clause) }
      return { issue in value(issue).map { holds($0, bound) } ?? false }
    }
    switch clause.comparison {
    case .equal, .anyOf, .isEmpty:
      return { issue in value(issue).map(values.contains) ?? empty }
    case .notEqual, .noneOf, .isNotEmpty:
      return { issue in value(issue).map { !values.contains($0) } ?? false }
    case .less: return try ordered { $0 < $1 }
    case .lessOrEqual: return try ordered { $0 <= $1 }
    case .greater: return try ordered { $0 > $1 }
    case .greaterOrEqual: return try ordered { $0 >= $1 }
    case .contains, .notContains: throw unsupported(clause)
    }
  }

  func keyTest(_ clause: JQLClause) throws(Refusal) -> Test {
    var wanted: Set<Int> = []
    var numbers: [Int] = []
    for operand in operands(of: clause) {
      guard let text = operand.literal else { throw unknownValue(operand, of: clause.field) }
      if let issue = state.issue(text) {
        wanted.insert(issue.id)
        numbers.append(issue.keyNumber)
      } else if isStrict {
        throw .badRequest(
          Int(text) == nil
            ? "An issue with key '\(text)' does not exist for field '\(clause.field)'."
            : "A value with ID '\(text)' does not exist for the field '\(clause.field)'.")
      }
    }
    let ids = wanted
    switch clause.comparison {
    case .equal, .anyOf: return { ids.contains($0.id) }
    case .notEqual, .noneOf: return { !ids.contains($0.id) }
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      guard let bound = numbers.first else { return { _ in false } }
      switch clause.comparison {
      case .less: return { $0.keyNumber < bound }
      case .lessOrEqual: return { $0.keyNumber <= bound }
      case .greater: return { $0.keyNumber > bound }
      default: return { $0.keyNumber >= bound }
      }
    case .contains, .notContains, .isEmpty, .isNotEmpty: throw unsupported(clause)
    }
  }
}

extension JQLOperand {
  /// The text of a value; nil for functions, lists and EMPTY.
  var literal: String? {
    switch self {
    case .quoted(let text), .bare(let text): text
    case .function, .list, .empty: nil
    }
  }
}
