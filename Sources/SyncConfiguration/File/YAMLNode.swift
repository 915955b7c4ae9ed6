import FoundationEssentials
import JSON

/// A piece of a YAML document; aliases stand replaced by what they name.
indirect enum YAMLNode: Sendable {
  case scalar(Scalar)
  case sequence([YAMLNode], Mark)
  case mapping([(key: YAMLNode, value: YAMLNode)], Mark)

  /// A text as it was written.
  struct Scalar: Sendable {
    /// The text, without quotes.
    let string: String
    /// Whether it was in quotes or a block, and so is a text whatever it looks like.
    let isQuoted: Bool
    /// Where it begins.
    let mark: Mark
  }

  /// Where it begins.
  var mark: Mark {
    switch self {
    case .scalar(let scalar): scalar.mark
    case .sequence(_, let mark), .mapping(_, let mark): mark
    }
  }
}

extension YAMLNode {
  /// The text of a scalar.
  var string: String? {
    guard case .scalar(let scalar) = self else { return nil }
    return scalar.string
  }

  /// Whether nothing was written, or null.
  var isNull: Bool {
    guard let word = plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(word)
  }

  /// A yes or no, in the words of YAML 1.1.
  var bool: Bool? {
    switch plain {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": true
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": false
    default: nil
    }
  }

  /// A whole number in decimal digits.
  var int: Int? { plain.flatMap { Int($0) } }

  /// A number in decimal digits, whole or not.
  var float: Double? {
    guard let plain, plain.contains(where: \.isNumber) else { return nil }
    return plain.allSatisfy { $0.isNumber || "+-.eE".contains($0) } ? Double(plain) : nil
  }

  /// The node as JSON, without its places.
  var json: JSON {
    switch self {
    case .mapping(let members, _):
      return .object(
        Dictionary(members.map { ($0.key.string ?? "", $0.value.json) }) { first, _ in first })
    case .sequence(let elements, _): return .array(elements.map(\.json))
    case .scalar(let scalar):
      if isNull { return .null }
      if let bool { return .bool(bool) }
      if float != nil, let number = Decimal(string: scalar.string) { return .number(number) }
      return .string(scalar.string)
    }
  }

  private var plain: String? {
    guard case .scalar(let scalar) = self, !scalar.isQuoted else { return nil }
    return scalar.string
  }
}

/// A place in a text, both from 1.
struct Mark: Sendable, Hashable {
  /// The line.
  let line: Int
  /// The column, in characters.
  let column: Int
}
