import FoundationEssentials
import JSON
import Yams

/// What nodes mean: plain words only, since what is in quotes is a text.
///
/// The properties of Yams also take a quoted "no" for false.
extension Node {
  /// Whether nothing was written, or null.
  var isNull: Bool {
    guard let word = plain else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(word)
  }

  /// A yes or no, in the words of YAML 1.1.
  var plainBool: Bool? {
    switch plain {
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": true
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": false
    default: nil
    }
  }

  /// A whole number in decimal digits.
  var plainInt: Int? { plain.flatMap { Int($0) } }

  /// A number in decimal digits, whole or not.
  var plainNumber: Double? {
    guard let plain, plain.contains(where: \.isNumber) else { return nil }
    return plain.allSatisfy { $0.isNumber || "+-.eE".contains($0) } ? Double(plain) : nil
  }

  /// The node as JSON, without its places.
  var json: JSON {
    switch self {
    case .mapping(let members):
      return .object(
        Dictionary(members.map { ($0.key.string ?? "", $0.value.json) }) { first, _ in first })
    case .sequence(let elements): return .array(elements.map(\.json))
    case .scalar(let scalar):
      if isNull { return .null }
      if let plainBool { return .bool(plainBool) }
      if plainNumber != nil, let number = Decimal(string: scalar.string) { return .number(number) }
      return .string(scalar.string)
    case .alias: return .null
    }
  }

  private var plain: String? {
    guard case .scalar(let scalar) = self, [.plain, .any].contains(scalar.style) else { return nil }
    return scalar.string
  }
}
